# %% [markdown]
# # Broken meshes made to print
#
# Models from the wild have holes, doubled sheets, parts that cut one another, faces turned inside out. This notebook gives
# a folder of them to `maquette repair` and asks trimesh, which shares no code with Maquette, what came out. Put the path
# of a folder of yours into `BROKEN`; without it the notebook breaks the program's own sample in six ways.

# %%
import json
import os
import subprocess
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import trimesh

maquette = os.environ.get("MAQUETTE", "../.build/release/maquette")
folder = Path(tempfile.mkdtemp())


def run(*words, check=True):
    return subprocess.run([maquette, *map(str, words)], check=check, capture_output=True, text=True)


# %% [markdown]
# ## What is broken
#
# One sound solid, and what is done to it: a tenth of its triangles taken away, a sixth turned inside out, everything
# there twice, a turned copy of it pushed through it, its vertices shaken, and all corners torn apart.

# %%
def broken_samples():
    run("sample", "-o", folder / "lighthouse.glb", "--quiet")
    run("repair", folder / "lighthouse.glb", "-o", folder / "whole.stl", "--quiet")
    run("decimate", folder / "whole.stl", "--target-triangles", "6000", "-o", folder / "sound.stl", "--quiet")
    sound = trimesh.load(folder / "sound.stl")
    dice = np.random.default_rng(1)
    v, f = sound.vertices, sound.faces
    size = np.ptp(v, axis=0).max()
    turn = trimesh.transformations.rotation_matrix(0.4, [0.2, 1, 0.1])[:3, :3]
    turned = np.where((dice.random(len(f)) < 1 / 6)[:, None], f[:, ::-1], f)
    shaken = v + dice.normal(scale=0.004 * size, size=v.shape)
    meshes = {
        "holes": (v, f[dice.random(len(f)) > 0.1]), "turned": (v, turned),
        "doubled": (v, np.concatenate([f, f[:, ::-1]])),
        "two at once": (np.concatenate([v, v @ turn + [0.2 * size, 0, 0.1 * size]]), np.concatenate([f, f + len(v)])),
        "shaken": (shaken, f), "torn": (v[f].reshape(-1, 3), np.arange(3 * len(f)).reshape(-1, 3)),
    }
    for name, (vertices, faces) in meshes.items():
        path = folder / f"{name}.ply"
        trimesh.Trimesh(vertices, faces, process=False).export(path)
        yield path


given = os.environ.get("BROKEN")
kinds = {".stl", ".ply", ".obj", ".off", ".glb", ".3mf"}
paths = sorted(p for p in Path(given).rglob("*") if p.suffix.lower() in kinds) if given else list(broken_samples())
print(len(paths), "models")

# %% [markdown]
# ## Repaired
#
# `--json` gives the report; the exit code alone says whether the result prints. trimesh reads the file that was written.

# %%
def read(path):
    """By trimesh; vertices at exactly the same place, which have other texture coordinates, are one."""
    mesh = trimesh.load(path, process=False)
    places, place = np.unique(mesh.vertices, axis=0, return_inverse=True)
    return trimesh.Trimesh(places, place.reshape(-1)[mesh.faces], process=False)


rows = []
for path in paths:
    target = folder / "repaired.ply"
    outcome = run("repair", path, "-o", target, "--json", "--quiet", check=False)
    answer = json.loads(outcome.stdout)
    if outcome.returncode:
        rows.append((path.stem, None, answer["error"]["message"]))
        continue
    report, mesh = answer["result"], read(target)
    rows.append((path.stem, report, mesh))

print(f"{'model':<28}{'triangles':>9}  {'how':<13}{'open edges':>10}{'cuts':>7}{'untouched':>11}{'moved':>9}  trimesh says")
for name, report, mesh in rows:
    if report is None:
        print(f"{name[:26]:<28}refused: {mesh[:80]}")
        continue
    before = report["defects"]
    print(f"{name[:26]:<28}{len(mesh.faces):>9}  {report['tier']:<13}"
          f"{before['boundaryEdges']:>10}{before['selfIntersectingTriangles']:>7}{report['untouchedPercent']:>10.1f}%"
          f"{report['hausdorffPercent']:>8.3f}%  {'watertight' if mesh.is_watertight else 'OPEN'}, "
          f"{'a volume' if mesh.is_volume else 'NO VOLUME'}")

repaired = [(name, report, mesh) for name, report, mesh in rows if report]
assert repaired and all(report["printable"] and mesh.is_watertight and mesh.is_volume for _, report, mesh in repaired)

# %% [markdown]
# Every result is closed and has a volume, by trimesh's reckoning as well. A model that encloses nothing under any reading is
# refused with a sentence, not turned into something else.
#
# ## What was kept

# %%
names = [name[:20] for name, _, _ in repaired]
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 0.4 + 0.28 * max(6, len(names))), sharey=True)
left.barh(names, [report["untouchedPercent"] for _, report, _ in repaired], color="#2a9d8f")
left.set_xlabel("triangles that came back bit by bit, %")
right.barh(names, [max(report["hausdorffPercent"], 1e-4) for _, report, _ in repaired], color="#e76f51")
right.set_xscale("log")
right.set_xlabel("largest distance to the input, % of the diagonal")
left.margins(y=0.01)
left.invert_yaxis()
figure.tight_layout()
plt.show()

# %% [markdown]
# ## Seen
#
# `--picture` draws defects before and changes after: open edges red, cuts orange, edges of three or more violet, what is new
# teal.

# %%
shown = next(iter(broken_samples()))
run("repair", shown, "-o", folder / "seen.stl", "--picture", folder / "seen.png", "--quiet")
plt.figure(figsize=(11, 5.5))
plt.imshow(plt.imread(folder / "seen.png"))
plt.axis("off")
plt.show()
