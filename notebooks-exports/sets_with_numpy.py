# %% [markdown]
# # A training set in numpy
#
# Maquette writes a model seen from all around as a ZIP (or a folder) of pictures with one `transforms.json`. This
# notebook makes a small set of the program's own sample, reads it with nothing but `zipfile`, `numpy` and `pillow`, and
# looks at what is in it.

# %%
import io
import json
import os
import subprocess
import tempfile
import zipfile

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

maquette = os.environ.get("MAQUETTE", "../.build/release/maquette")
folder = tempfile.mkdtemp()
model, path = folder + "/lighthouse.glb", folder + "/lighthouse.zip"
subprocess.run([maquette, "sample", "-o", model, "--quiet"], check=True, stdout=subprocess.DEVNULL)
command = "--views 60 --test-fraction 0.2 --pixels 240 --aov albedo,id --quiet"
subprocess.run([maquette, "dataset", model, "-o", path, *command.split()], check=True, stdout=subprocess.DEVNULL)

archive = zipfile.ZipFile(path)
folders = sorted({name.rsplit("/", 1)[0] for name in archive.namelist() if "/" in name})
print(len(archive.namelist()), "files in", folders)

# %% [markdown]
# `transforms.json` has the lens once and a camera-to-world matrix for each view: right-handed, +z up, the camera looks
# along its -z. The object's bounding sphere has radius 1 and its middle at the origin.

# %%
meta = json.loads(archive.read("transforms.json"))
print({key: meta[key] for key in ("w", "h", "fl_x", "cx", "integer_depth_scale", "model_scale")})
poses = np.array([frame["transform_matrix"] for frame in meta["frames"]])
print("eyes are", np.linalg.norm(poses[:, :3, 3], axis=1).round(6).min(), "radii away")

# %% [markdown]
# ## One view
#
# Colour with straight alpha; planar depth in thousandths of the radius; normals of the world; a mask of one bit a pixel;
# and what `--aov` asked for. Pillow gives one-bit masks as booleans.

# %%
def picture(name):
    return np.array(Image.open(io.BytesIO(archive.read(name))))


frame = meta["frames"][12]
color = picture(frame["file_path"])
depth = picture(frame["depth_file_path"]) * meta["integer_depth_scale"]
normals = picture(frame["normal_file_path"]) / 127.5 - 1
mask = picture(frame["file_path"].replace("images/", "masks/"))
albedo = picture(frame["file_path"].replace("images/", "aov/albedo/"))
assert mask.dtype == bool and np.array_equal(mask, depth > 0)

shown = {
    "colour": color, "depth": np.where(mask, depth, np.nan), "normals": np.where(mask[..., None], normals / 2 + 0.5, 1),
    "mask": mask, "albedo": albedo,
}
figure, axes = plt.subplots(1, len(shown), figsize=(14, 3))
for axis, (name, content) in zip(axes, shown.items()):
    axis.imshow(content, cmap="gray" if name == "mask" else "viridis")
    axis.set_title(name)
    axis.axis("off")
plt.tight_layout()
plt.show()

# %% [markdown]
# ## Depth back to places
#
# Pixel centres lie at +0.5, and depth is measured along the optical axis, so that a pixel's place is its ray, whose part
# along the axis is 1, times its depth. The places of all views lie on one surface: that of `points3D.ply`.

# %%
def places(frame, stride=6):
    depth = picture(frame["depth_file_path"])[::stride, ::stride] * meta["integer_depth_scale"]
    rows, columns = np.nonzero(depth)
    ahead = depth[rows, columns]
    local = np.stack([
        (columns * stride + 0.5 - meta["cx"]) / meta["fl_x"] * ahead,
        -(rows * stride + 0.5 - meta["cy"]) / meta["fl_y"] * ahead,
        -ahead,
    ], axis=1)
    pose = np.array(frame["transform_matrix"])
    return local @ pose[:3, :3].T + pose[:3, 3]


def cloud(data):
    head, _, body = data.partition(b"end_header\n")
    count = int(head.split(b"element vertex ")[1].split()[0])
    kinds = [(name, "<f4") for name in ("x", "y", "z", "nx", "ny", "nz")] + [(name, "u1") for name in "rgb"]
    return np.frombuffer(body, dtype=kinds, count=count)


seen = np.concatenate([places(frame) for frame in meta["frames"][::4]])
surface = cloud(archive.read("points3D.ply"))
corners = np.stack([surface["x"], surface["y"], surface["z"]], axis=1)
nearest = np.array([np.linalg.norm(corners - place, axis=1).min() for place in seen[::40]])
print(f"{len(seen)} places, the farthest {np.linalg.norm(seen, axis=1).max():.3f} from the middle;",
      f"middle distance to the cloud {np.median(nearest):.4f}")
assert np.linalg.norm(seen, axis=1).max() < 1.002 and np.median(nearest) < 0.02

# %% [markdown]
# ## Where the cameras stand
#
# Views for training are spread evenly over the dome; those for validation and testing are new cameras between them.

# %%
figure = plt.figure(figsize=(7, 6))
axis = figure.add_subplot(projection="3d")
for split, colour in (("train", "tab:blue"), ("val", "tab:green"), ("test", "tab:red")):
    names = set(meta[split + "_filenames"])
    eyes = np.array([np.array(f["transform_matrix"])[:3, 3] for f in meta["frames"] if f["file_path"] in names])
    axis.scatter(*eyes.T, color=colour, label=f"{len(eyes)} {split}")
axis.scatter(*corners[::20].T, s=1, color="0.6")
axis.set_box_aspect((1, 1, 0.6))
axis.legend()
plt.show()

# %% [markdown]
# ## Contact sheet

# %%
columns, rows = 10, 4
sheet = np.full((rows * 120, columns * 120, 3), 224, np.uint8)
for place in range(columns * rows):
    index = place * len(meta["frames"]) // (columns * rows)
    small = Image.open(io.BytesIO(archive.read(meta["frames"][index]["file_path"]))).resize((120, 120), Image.LANCZOS)
    ground = Image.new("RGBA", small.size, (224, 224, 224, 255))
    row, column = divmod(place, columns)
    sheet[row * 120:row * 120 + 120, column * 120:column * 120 + 120] = np.array(Image.alpha_composite(ground, small))[..., :3]
plt.figure(figsize=(12, 5))
plt.imshow(sheet)
plt.axis("off")
plt.show()
