"""The Python package beside the command line: the same numbers, nothing copied, the interpreter free meanwhile, and
mistakes as sentences. Prints a JSON object.

    drive_python.py MAQUETTE FOLDER MODEL.glb
"""

import gc
import json
import os
import shutil
import subprocess
import sys
import threading
import time

import numpy as np
import trimesh
from PIL import Image

maquette_program, folder, path = sys.argv[1:]
project = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
package = folder + "/package/maquette"
shutil.copytree(project + "/python/maquette", package)
os.symlink(os.path.dirname(os.path.realpath(maquette_program)) + "/libmaquette-c.so", package + "/libmaquette-c.so")
sys.path.insert(0, folder + "/package")
import maquette  # noqa: E402

problems = []


def check(name, holds, seen=""):
    if not holds:
        problems.append(f"{name}: {seen}")


def run(*words):
    subprocess.run([maquette_program, *map(str, words), "--quiet"], check=True, stdout=subprocess.DEVNULL)


def refused(name, word, call, kind=maquette.MaquetteError):
    try:
        call()
        problems.append(f"{name}: nothing was said")
    except kind as error:
        check(name, word in str(error), error)


# ---- Meshes ----
run("repair", path, "-o", folder + "/whole.ply")
mesh = trimesh.load(folder + "/whole.ply", process=False)
# Without the texture coordinates, whose seams the command line would keep.
solid = folder + "/solid.ply"
trimesh.Trimesh(mesh.vertices, mesh.faces, process=False).export(solid, vertex_normal=False)
vertices, triangles = np.asarray(mesh.vertices, np.float32), np.asarray(mesh.faces, np.uint32)
for verb, options in [("decimate", {"ratio": 0.2}), ("remesh", {"target_triangles": 9000}), ("repair", {})]:
    made = getattr(maquette, verb)(vertices, triangles, **options)
    words = [word for key, value in options.items() for word in ("--" + key.replace("_", "-"), str(value))]
    run(verb, solid, "-o", folder + "/made.ply", *words)
    theirs = trimesh.load(folder + "/made.ply", process=False)
    check(f"{verb}: vertices", np.array_equal(theirs.vertices.astype(np.float32), made.vertices), made.vertices.shape)
    check(f"{verb}: triangles", np.array_equal(theirs.faces, made.triangles), made.triangles.shape)
    check(f"{verb}: sources", made.sources.shape == (len(made.triangles),) and made.sources.max() < len(triangles))
    check(f"{verb}: lent", not made.vertices.flags.owndata and made.is_met)
    kept = made.vertices
    total = kept.sum(dtype=np.float64)
    del made
    gc.collect()
    check(f"{verb}: it lives as long as it is held", kept.sum(dtype=np.float64) == total)

# ---- Pictures ----
pictures = maquette.render(path, width=200, angles=["front", "120:30"])
run("render", path, "-o", folder + "/pictures/", "--width", 200, "--angles", "front,120:30")
files = sorted(os.listdir(folder + "/pictures"), key=lambda name: "front" not in name)
for color, name in zip(pictures.color, files, strict=True):
    check(f"picture {name}", np.array_equal(np.array(Image.open(f"{folder}/pictures/{name}")), color))
check("depth", pictures.depth.shape == (2, 200, 200) and 0 < pictures.depth.max() < 10)
arrays = maquette.render(vertices, triangles, width=120)
check("arrays are drawn", (arrays.depth > 0).mean() > 0.05 and arrays.color.shape == (1, 120, 120, 4))

# ---- A training set ----
run("dataset", path, "-o", folder + "/set", "--views", 6, "--pixels", 96)
with open(folder + "/set/transforms.json") as file:
    frames = json.load(file)["frames"]
with maquette.views(path, views=6, pixels=96) as views:
    check("views", len(views) == len(frames) == 6, len(views))
    for view, frame in zip(views, frames):
        name = frame["file_path"]
        check(f"{name}: color", np.array_equal(np.array(Image.open(f"{folder}/set/{name}")), view.color))
        check(f"{name}: pose", np.allclose(view.camera, frame["transform_matrix"], atol=1e-9), view.camera)
    check("from the end", np.array_equal(views[-1].color, view.color))

# ---- Others run meanwhile; it can be ended ----
counted, over = 0, False


def count():
    global counted
    while not over:
        counted += 1
        time.sleep(0.001)


thread = threading.Thread(target=count)
thread.start()
before = counted
large = trimesh.creation.icosphere(6)
maquette.remesh(large.vertices, large.faces)
during = counted - before
over = True
thread.join()
check("other threads run", during > 20, during)
told = []
refused("progress ends it", "cancelled", lambda: maquette.remesh(
    large.vertices, large.faces, progress=lambda share: told.append(share) or share > 0.2), maquette.Cancelled)
check("progress is told", told and 0 <= told[0] <= 1, told)


def trouble(_):
    raise KeyError("ours")


refused("an error of the progress function is ours", "ours", lambda: maquette.remesh(
    large.vertices, large.faces, progress=trouble), KeyError)

# ---- Mistakes ----
refused("no target", "--target-triangles", lambda: maquette.decimate(vertices, triangles))
refused("unknown option", "did you mean ratio", lambda: maquette.decimate(vertices, triangles, ratoi=0.5))
refused("index out of range", "out of range", lambda: maquette.repair(vertices, triangles + 100_000_000))
refused("not finite", "not finite", lambda: maquette.repair(np.full((3, 3), np.nan), [[0, 1, 2]]))
refused("nothing there", "no triangles", lambda: maquette.repair(np.zeros((0, 3)), np.zeros((0, 3), int)))
refused("wrong shape", "(n, 3)", lambda: maquette.repair(np.zeros((3, 2)), [[0, 1, 2]]), ValueError)
refused("negative index", "whole numbers", lambda: maquette.repair(np.zeros((3, 3)), [[0, 1, -2]]), ValueError)
refused("no file", "not there", lambda: maquette.render(folder + "/nowhere.glb"))
refused("no such verb", "no verb", lambda: maquette.run("paint", path))
check("a verb on files", maquette.run("inspect", path)["triangles"] > 1000)
report = maquette.run("convert", path, output=folder + "/told.stl")
check("what was written is told", report.outputs == [folder + "/told.stl"] and report.is_met)
trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]], process=False).export(folder + "/open.stl")
report = maquette.run("inspect", folder + "/open.stl", require="watertight")
check("what is not met is told", not report.is_met and "watertight" in report.unmet)
refused("a seed below 0", "a seed", lambda: maquette.run("sample", output=folder + "/s.glb", seed=-1), ValueError)
refused("pictures have no background", "are of pictures", lambda: maquette.render(path, width=32, background="white"))
refused("views have no file", "are of sets", lambda: maquette.views(path, views=1, report="x.html"))
with maquette.views(path, views=1, pixels=32, random_light=True) as lit, maquette.views(path, views=1, pixels=32) as plain:
    check("light is drawn by lot", (lit[0].color != plain[0].color).any())
check("version", maquette.__version__ == subprocess.run(
    [maquette_program, "--version"], capture_output=True, text=True).stdout.split()[-1])
print(json.dumps({"problems": problems}))
