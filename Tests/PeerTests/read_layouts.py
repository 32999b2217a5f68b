"""Reads the layouts of a training set as those do who train on them, and prints one JSON object.

read_layouts.py LAYOUT FOLDER|FILE [OTHER]

Each check starts from a layout's own files alone; `transforms.json`, where there is one besides, is what it is held
against.
"""
import io
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

FLIP = np.diag([1.0, -1, -1, 1])


def transforms(folder):
    return json.loads((Path(folder) / "transforms.json").read_text())


def poses(folder):
    return {f["file_path"]: np.array(f["transform_matrix"]) for f in transforms(folder)["frames"]}


def read_colmap(folder, _):
    """Text and binary, each alone; tracks and pixels."""
    import pycolmap

    reports = {}
    for kind in ("txt", "bin"):
        with tempfile.TemporaryDirectory() as copy:
            files = list((Path(folder) / "sparse/0").glob("*." + kind))
            if not files:
                continue
            for file in files:
                (Path(copy) / file.name).write_bytes(file.read_bytes())
            model = pycolmap.Reconstruction(copy)
        errors, tracks, behind = [], 0, 0
        for point in model.points3D.values():
            tracks += len(point.track.elements) > 1
            for element in point.track.elements:
                image = model.images[element.image_id]
                pose = image.cam_from_world
                place = (pose() if callable(pose) else pose).matrix() @ np.append(point.xyz, 1)
                behind += place[2] <= 0
                pixel = model.cameras[image.camera_id].calibration_matrix() @ place
                errors.append(np.linalg.norm(pixel[:2] / pixel[2] - image.points2D[element.point2D_idx].xy))
        names = sorted(image.name for image in model.images.values())
        listing = sorted(p.name for p in (Path(folder) / "images").iterdir())
        with Image.open(Path(folder) / "images" / names[0]) as picture:
            mode = picture.mode
        reports[kind] = {
            "images": len(names), "points": len(model.points3D), "tracked": tracks,
            "observations": len(errors), "reprojection": float(np.median(errors)), "behind": int(behind),
            # gsplat pairs sorted names with the sorted listing of the folder, and takes three channels.
            "listed": names == listing, "mode": mode,
        }
    return reports


def read_nerfsynthetic(folder, _):
    """nerfstudio's parser of NeRF's synthetic scenes, and what the original 3D Gaussian Splatting asks for."""
    from unittest.mock import MagicMock

    from read_dataset import nerfstudio_parser

    nerfstudio_parser()
    sys.modules.setdefault("open3d", MagicMock())
    from nerfstudio.data.dataparsers.blender_dataparser import BlenderDataParserConfig

    report = {}
    for split in ("train", "val", "test"):
        outputs = BlenderDataParserConfig(data=Path(folder)).setup().get_dataparser_outputs(split)
        report[split] = len(outputs.image_filenames)
        report[split + "Exist"] = all(Path(name).exists() for name in outputs.image_filenames)
    header = (Path(folder) / "points3d.ply").read_bytes()[:400].decode("ascii", "replace")
    report["cloud"] = all(f" {name}\n" in header for name in "x y z nx ny nz red green blue".split())
    depths = [np.linalg.norm(np.array(f["transform_matrix"])[:3, 3])
              for f in json.loads((Path(folder) / "transforms_train.json").read_text())["frames"]]
    # Near and far of the classic readers around an object of radius 1.5.
    report["withinNearAndFar"] = bool(min(depths) - 1.5 >= 2 and max(depths) + 1.5 <= 6)
    return report


def read_neus(folder, _):
    """`world_mat` taken apart as OpenCV does it, against transforms.json."""
    from scipy.linalg import rq

    folder = Path(folder)
    arrays = np.load(folder / "cameras_sphere.npz")
    meta, told = transforms(folder), poses(folder)
    images, masks = sorted((folder / "image").glob("*.png")), sorted((folder / "mask").glob("*.png"))
    worst, inside = 0.0, 0.0
    for index, image in enumerate(images):
        projection = (arrays[f"world_mat_{index}"] @ arrays[f"scale_mat_{index}"]).astype(float)[:3]
        lens, turn = rq(projection[:, :3])
        signs = np.diag(np.sign(np.diag(lens)))
        lens, turn = lens @ signs, signs @ turn
        move = np.linalg.solve(lens, projection[:, 3])
        scale = np.linalg.norm(turn[0])
        pose = np.eye(4)
        pose[:3, :3], pose[:3, 3] = turn.T / scale, -turn.T @ move / scale**2
        pose[:3, 3] *= arrays[f"scale_mat_{index}"][0, 0]
        worst = max(worst, float(np.abs(pose @ FLIP - told["image/" + image.name]).max()))
        lens /= lens[2, 2]
        inside = max(inside, abs(lens[0, 2] + 0.5 - meta["cx"]), abs(lens[0, 0] - meta["fl_x"]))
    return {
        "images": len(images), "masks": len(masks), "pose": worst, "lens": float(inside),
        "keys": sorted({key.rsplit("_", 1)[0] for key in arrays}),
        "mode": Image.open(images[0]).mode, "mask": sorted(np.unique(np.array(Image.open(masks[0]))).tolist()),
    }


def read_zero123(folder, _):
    folder = Path(folder)
    told = poses(folder)
    worst, shapes = 0.0, set()
    for name in sorted(folder.glob("*.npy")):
        matrix = np.load(name)
        shapes.add(matrix.shape)
        full = np.vstack([matrix, [0, 0, 0, 1]])
        worst = max(worst, float(np.abs(np.linalg.inv(full) - told[name.stem + ".png"]).max()))
    return {
        "views": len(told), "shapes": [list(s) for s in shapes], "pose": worst,
        "mode": Image.open(folder / "000.png").mode,
    }


def vertices(path):
    import trimesh

    return np.asarray(trimesh.load(path, process=False).vertices)


def read_trellis(folder, _):
    """Depth from its codes, back to places, against the mesh beside it."""
    from scipy.spatial import cKDTree

    folder = Path(folder)
    meta = transforms(folder)
    mesh = vertices(folder / "mesh.ply")
    import trimesh

    surface, _ = trimesh.sample.sample_surface(trimesh.load(folder / "mesh.ply", process=False), 40000, seed=1)
    tree, distances = cKDTree(surface), []
    for frame in meta["frames"]:
        codes = np.array(Image.open(folder / frame["file_path"].replace(".png", "_depth.png"))).astype(float)
        rows, columns = np.nonzero(codes)
        near, far = frame["depth"]["min"], frame["depth"]["max"]
        depth = near + codes[rows, columns] / 65535 * (far - near)
        size = codes.shape[1]
        focal = size / 2 / np.tan(frame["camera_angle_x"] / 2)
        local = np.stack([(columns + 0.5 - size / 2) / focal, -(rows + 0.5 - size / 2) / focal, -np.ones(len(rows))], 1)
        pose = np.array(frame["transform_matrix"])
        places = (local * depth[:, None]) @ pose[:3, :3].T + pose[:3, 3]
        distances.append(np.median(tree.query(places[::7])[0]))
    return {
        "views": len(meta["frames"]), "keys": sorted(meta)[:20], "mode": Image.open(folder / "000.png").mode,
        "side": float(np.ptp(mesh, axis=0).max()), "middle": float(np.abs(mesh.max(0) + mesh.min(0)).max()),
        "distance": float(max(distances)),
    }


def read_bop(folder, _):
    """The model's vertices, carried into pictures by `scene_gt.json`, against mask and depth."""
    folder = Path(folder)
    mesh = vertices(folder / "models/obj_000001.ply")
    info = json.loads((folder / "models/models_info.json").read_text())["1"]
    scene = folder / "train/000000"
    cameras = json.loads((scene / "scene_camera.json").read_text())
    truth = json.loads((scene / "scene_gt.json").read_text())
    box, depths = [], []
    for key, camera in cameras.items():
        pose = truth[key][0]
        turn, move = np.array(pose["cam_R_m2c"]).reshape(3, 3), np.array(pose["cam_t_m2c"])
        local = mesh @ turn.T + move
        pixels = local @ np.array(camera["cam_K"]).reshape(3, 3).T
        pixels = pixels[:, :2] / pixels[:, 2:]
        mask = np.array(Image.open(scene / f"mask/{int(key):06d}_000000.png"))
        rows, columns = np.nonzero(mask)
        seen = np.array([columns.min(), rows.min(), columns.max(), rows.max()])
        box.append(np.abs(np.concatenate([pixels.min(0), pixels.max(0)]) - seen).max())
        depth = np.array(Image.open(scene / f"depth/{int(key):06d}.png")) * camera["depth_scale"]
        depths.append(depth[depth > 0].min() / local[:, 2].min())
    return {
        "views": len(cameras), "box": float(max(box)), "depth": float(np.abs(np.array(depths) - 1).max()),
        "diameter": info["diameter"], "size": float(np.ptp(mesh, axis=0).max()),
        "told": max(info["size_x"], info["size_y"], info["size_z"]),
    }


def read_webdataset(path, _):
    import webdataset

    samples = list(webdataset.WebDataset(path, shardshuffle=False, empty_check=False).decode("rgba8"))
    keys = [sorted(k for k in sample if not k.startswith("__")) for sample in samples]
    first = samples[0]
    return {
        "samples": len(samples), "same": all(k == keys[0] for k in keys), "keys": keys[0],
        "picture": list(first["png"].shape), "depth": [*first["depth.npy"].shape, str(first["depth.npy"].dtype)],
        "pose": list(np.array(first["json"]["frames"][0]["transform_matrix"]).shape),
    }


def read_hdf5(path, folder):
    """Slices, against the files of the same set."""
    import h5py

    meta = transforms(folder)
    worst = {"images": 0, "depth": 0.0, "masks": 0, "normals": 0, "pose": 0.0}
    with h5py.File(path) as file:
        for index, frame in enumerate(meta["frames"]):
            name = Path(folder) / frame["file_path"]
            read = lambda kind: np.array(Image.open(str(name).replace("/images/", f"/{kind}/")))
            picture, depth = file["images"][index].astype(int), file["depth"][index]
            worst["images"] = max(worst["images"], int(np.abs(picture - np.array(Image.open(name))).max()))
            worst["depth"] = max(worst["depth"], float(np.abs(depth - read("depth_16bit") * 0.001).max()))
            other = (file["masks"][index] > 0) != (read("masks") > 0)
            worst["masks"] = max(worst["masks"], int(other.sum()))
            worst["normals"] = max(worst["normals"], int(np.abs(file["normals"][index].astype(int) - read("normals")).max()))
            worst["pose"] = max(worst["pose"], float(np.abs(file["c2w"][index] - np.array(frame["transform_matrix"])).max()))
        images = file["images"]
        report = {
            "shape": list(images.shape), "chunks": list(images.chunks), "compression": images.compression,
            "shuffled": bool(file["depth"].shuffle), "depthType": str(file["depth"].dtype),
            "unit": file["depth"].attrs["unit"], "scale": float(file.attrs["model_scale"]),
            "manifest": json.loads(file.attrs["manifest"])["generator"],
            "points": list(file["points/positions"].shape),
        }
    return {**report, **worst}


if __name__ == "__main__":
    reader = globals()["read_" + sys.argv[1].replace("-", "")]
    print(json.dumps(reader(sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)))
