"""Reads what maquette wrote with other people's readers and prints one JSON object.

read_dataset.py zip|colmap|nerfstudio SET.zip
read_dataset.py trimesh SET.zip MODEL
read_dataset.py model MODEL
read_dataset.py distance MODEL REFERENCE
"""
import contextlib
import io
import json
import sys
import tempfile
import zipfile

import numpy as np


def transforms(path):
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("transforms.json"))


def check_zip(path):
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        return {
            "corrupt": archive.testzip(),
            "entries": len(entries),
            "compressed": sum(e.compress_type != zipfile.ZIP_STORED for e in entries),
        }


def check_colmap(path):
    import pycolmap

    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(path).extractall(folder)
        model = pycolmap.Reconstruction(folder + "/sparse/0")
        poses = {f["file_path"].split("/")[-1]: np.array(f["transform_matrix"]) for f in transforms(path)["frames"]}
        angle = centre = 0.0
        for image in model.images.values():
            pose = image.cam_from_world
            camera_from_world = np.eye(4)
            camera_from_world[:3] = (pose() if callable(pose) else pose).matrix()
            ours = poses[image.name] @ np.diag([1.0, -1, -1, 1])
            theirs = np.linalg.inv(camera_from_world)
            turn = ours[:3, :3].T @ theirs[:3, :3]
            angle = max(angle, float(np.degrees(np.linalg.norm(turn - turn.T) / np.sqrt(8))))
            centre = max(centre, float(np.abs(ours[:3, 3] - theirs[:3, 3]).max()))
        return {
            "images": len(model.images),
            "points": len(model.points3D),
            "model": next(iter(model.cameras.values())).model.name,
            "rotationDegrees": angle,
            "centre": centre,
        }


def nerfstudio_parser():
    """nerfstudio's own parser; what it imports but does not need here is stood in for."""
    from unittest.mock import MagicMock

    sys.modules.setdefault("torch.utils.tensorboard", MagicMock())
    for _ in range(60):
        try:
            from nerfstudio.data.dataparsers.nerfstudio_dataparser import NerfstudioDataParserConfig

            return NerfstudioDataParserConfig
        except ModuleNotFoundError as error:
            top = (error.name or "").split(".")[0]
            if top in ("nerfstudio", "torch", "numpy", ""):
                raise
            stand_in = MagicMock()
            stand_in.__path__ = []
            stand_in.__spec__ = None
            sys.modules[error.name] = stand_in
    raise ModuleNotFoundError("too many modules are missing")


def check_nerfstudio(path):
    from pathlib import Path

    try:
        config = nerfstudio_parser()
    except ModuleNotFoundError as error:
        return {"missing": str(error)}
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(path).extractall(folder)
        parser = config(
            data=Path(folder), orientation_method="none", center_method="none", auto_scale_poses=False,
            load_3D_points=False,  # that alone would need open3d
        ).setup()
        # Where rich is installed the parser also talks to standard output, which is ours.
        with contextlib.redirect_stdout(sys.stderr):
            outputs = parser.get_dataparser_outputs("train")
        ours = {f["file_path"]: np.array(f["transform_matrix"])[:3] for f in transforms(path)["frames"]}
        worst = 0.0
        for name, pose in zip(outputs.image_filenames, outputs.cameras.camera_to_worlds):
            key = "images/" + Path(name).name
            worst = max(worst, float(np.abs(pose.numpy() - ours[key]).max()))
        return {
            "frames": len(outputs.image_filenames),
            "depth": bool(outputs.metadata.get("depth_filenames")),
            "pose": worst,
        }


def check_trimesh(path, model):
    import trimesh
    from PIL import Image

    scene = trimesh.load(model, force="scene", process=False)
    mesh = scene.to_geometry() if hasattr(scene, "to_geometry") else scene.dump(concatenate=True)
    meta = transforms(path)
    vertices = np.asarray(mesh.vertices)[:, [0, 2, 1]] * [1, -1, 1]
    vertices = vertices * meta["model_scale"] + np.array(meta["model_offset"])
    mesh = trimesh.Trimesh(vertices, mesh.faces, process=False)
    archive = zipfile.ZipFile(path)
    agreement, errors = [], []
    for frame in meta["frames"][::4]:
        pose = np.array(frame["transform_matrix"])
        depth = np.array(Image.open(io.BytesIO(archive.read(frame["depth_file_path"]))), float) * 0.001
        x, y = np.meshgrid(np.arange(3, meta["w"], 9), np.arange(3, meta["h"], 9))
        local = np.stack([(x + 0.5 - meta["cx"]) / meta["fl_x"], -(y + 0.5 - meta["cy"]) / meta["fl_y"], -np.ones(x.shape)], -1)
        rays = (local @ pose[:3, :3].T).reshape(-1, 3)
        eyes = np.repeat(pose[None, :3, 3], len(rays), 0)
        points, index, _ = mesh.ray.intersects_location(eyes, rays, multiple_hits=False)
        seen = np.zeros(len(rays))
        seen[index] = ((points - eyes[index]) * rays[index]).sum(1) / (rays[index] ** 2).sum(1)
        written = depth[y, x].ravel()
        agreement.append(np.mean((seen > 0) == (written > 0)))
        both = (seen > 0) & (written > 0)
        errors.append(np.median(np.abs(seen[both] - written[both])))
    cloud = trimesh.load(io.BytesIO(archive.read("points3D.ply")), file_type="ply")
    return {
        "maskAgreement": float(min(agreement)),
        "depthError": float(max(errors)),
        "points": len(cloud.vertices),
        "pointDistance": float(np.abs(trimesh.proximity.closest_point(mesh, cloud.vertices[::200])[1]).max()),
    }


def check_distance(path, reference):
    """How far two surfaces are apart on average, in % of the diagonal, and how far their textures."""
    import trimesh

    def load(name):
        scene = trimesh.load(name, force="scene", process=False)
        parts = scene.dump()
        uvs = np.concatenate([part.visual.uv for part in parts])
        return trimesh.util.concatenate([trimesh.Trimesh(p.vertices, p.faces, process=False) for p in parts]), uvs

    def places(mesh, count):
        points, faces = trimesh.sample.sample_surface(mesh, count, seed=1)
        return points, faces

    def texture(mesh, uvs, faces, points):
        weights = trimesh.triangles.points_to_barycentric(mesh.triangles[faces], points)
        return (uvs[mesh.faces[faces]] * weights[:, :, None]).sum(1)

    (mesh, uvs), (other, other_uvs) = load(path), load(reference)
    distances, steps = [], []
    for (a, a_uvs), (b, b_uvs) in (((mesh, uvs), (other, other_uvs)), ((other, other_uvs), (mesh, uvs))):
        points, faces = places(a, 6000)
        nearest, distance, triangles = trimesh.proximity.closest_point(b, points)
        distances.append(distance.mean())
        step = texture(a, a_uvs, faces, points) - texture(b, b_uvs, triangles, nearest)
        steps.append(np.median(np.abs(step).max(1)))
    diagonal = np.linalg.norm(np.ptp(other.vertices, axis=0))
    welded = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    welded.merge_vertices(merge_tex=True, merge_norm=True)
    return {
        "triangles": len(mesh.faces),
        "watertight": bool(welded.is_watertight),
        "meanPercent": float(np.mean(distances) / diagonal * 100),
        "medianTextureStep": float(max(steps)),
    }


def check_model(path):
    import trimesh

    scene = trimesh.load(path, force="scene")
    mesh = scene.to_geometry() if hasattr(scene, "to_geometry") else scene.dump(concatenate=True)
    mesh = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    triangles = len(mesh.faces)
    mesh.merge_vertices(merge_tex=True, merge_norm=True)
    return {
        "triangles": triangles,
        "watertight": bool(mesh.is_watertight),
        "height": float(np.ptp(mesh.vertices[:, 1])),
    }


def check_exr(path, result):
    """Depth, places and normals of a still, put together again from where the camera stood."""
    import OpenEXR

    with OpenEXR.File(path, separate_channels=True) as file:
        channels = {name: channel.pixels for name, channel in file.channels().items()}
    report = json.load(open(result))["result"]
    depth = channels["Z"]
    rows, columns = np.nonzero(depth)
    focal, pose = report["focalLengthPixels"], np.array(report["shots"][0]["cameraToWorld"])
    ways = np.stack([
        (columns + 0.5 - depth.shape[1] / 2) / focal, -(rows + 0.5 - depth.shape[0] / 2) / focal,
        -np.ones(len(rows))], axis=1)
    places = (ways * depth[rows, columns, None]) @ pose[:3, :3].T + pose[:3, 3]
    told = np.stack([channels["P." + axis][rows, columns] for axis in "XYZ"], axis=1)
    normals = np.stack([channels["N." + axis][rows, columns] for axis in "XYZ"], axis=1)
    return {
        "channels": sorted(channels),
        "covered": len(rows),
        "place": float(np.abs(places - told).max() / np.ptp(told, axis=0).max()),
        "normal": float(np.abs(np.linalg.norm(normals, axis=1) - 1).max()),
        "alpha": float(channels["A"][rows, columns].min()),
    }


if __name__ == "__main__":
    checks = {
        "zip": check_zip, "colmap": check_colmap, "nerfstudio": check_nerfstudio,
        "trimesh": check_trimesh, "model": check_model, "distance": check_distance,
        "exr": check_exr,
    }
    print(json.dumps(checks[sys.argv[1]](*sys.argv[2:])))
