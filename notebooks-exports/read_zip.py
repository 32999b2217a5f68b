"""Reads a Maquette training set in Python and draws one view's channels beside each other.

    python notebooks-exports/read_zip.py out/lighthouse.zip view.png

A set written as a folder works too. Needs numpy and pillow.
"""
import io
import json
import sys
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image


def opened(path):
    """A function from a file's name in the set to its bytes."""
    folder = Path(path)
    return (lambda name: (folder / name).read_bytes()) if folder.is_dir() else zipfile.ZipFile(path).read


def frames(path):
    """Yields (name, camera-to-world 4 x 4, RGB or RGBA, depth in radii, unit normals, mask) of each view."""
    data = opened(path)
    meta = json.loads(data("transforms.json"))
    read = lambda name: np.array(Image.open(io.BytesIO(data(name))))
    for frame in meta["frames"]:
        name = frame["file_path"]
        depth = read(frame["depth_file_path"]) * meta["integer_depth_scale"]
        normals = read(frame["normal_file_path"]) / 127.5 - 1
        mask = read(name.replace("images/", "masks/")) > 127
        yield name, np.array(frame["transform_matrix"]), read(name), depth, normals, mask


def points(path, stride=40):
    """The surface points that every `stride`-th pixel of every view sees, in world coordinates."""
    meta = json.loads(opened(path)("transforms.json"))
    found = []
    for _, pose, _, depth, _, _ in frames(path):
        y, x = np.nonzero(depth[::stride, ::stride])
        y, x = y * stride, x * stride
        z = depth[y, x]
        local = np.stack([
            (x + 0.5 - meta["cx"]) / meta["fl_x"] * z, -(y + 0.5 - meta["cy"]) / meta["fl_y"] * z, -z,
        ], 1)
        found.append(local @ pose[:3, :3].T + pose[:3, 3])
    return np.concatenate(found)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, target = sys.argv[1:]
    name, pose, rgba, depth, normals, mask = next(iter(frames(source)))
    near = depth[mask].min()
    gray = np.where(mask, 255 - (depth - near) / (depth.max() - near) * 200, 0)
    rows = [
        rgba[..., :3],
        np.repeat(gray[..., None], 3, 2),
        np.where(mask[..., None], normals * 127.5 + 127.5, 0),
        np.repeat(mask[..., None] * 255, 3, 2),
    ]
    Image.fromarray(np.concatenate(rows, 1).astype(np.uint8)).save(target)
    radius = np.linalg.norm(points(source), axis=1)
    print(f"{name}: eye at {pose[:3, 3].round(3)}; {len(radius)} points, farthest {radius.max():.4f}")
