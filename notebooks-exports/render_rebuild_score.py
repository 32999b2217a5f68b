# %% [markdown]
# # From a model to pictures and back
#
# A model is drawn from all around, a mesh is rebuilt from the pictures alone, and the two are compared: how far apart the
# surfaces lie, and how alike they look from places where no camera stood.

# %%
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

import matplotlib.pyplot as plt

maquette = os.environ.get("MAQUETTE", "../.build/release/maquette")
pixels = os.environ.get("PIXELS", "256")
folder = Path(tempfile.mkdtemp())
model = os.environ.get("MODEL", folder / "lighthouse.glb")


def run(*words):
    start = time.time()
    outcome = subprocess.run([maquette, *map(str, words), "--json", "--quiet"], check=True, capture_output=True, text=True)
    return json.loads(outcome.stdout)["result"], time.time() - start


if "MODEL" not in os.environ:
    run("sample", "-o", model)

# %% [markdown]
# ## Rendered, rebuilt, scored
#
# With more views the surface gets nearer. Depth maps are matched between pictures and joined; the texture is blended from
# the views; `compare` moves nothing and measures both ways.

# %%
counts = [8, 16, 32]
rows = []
for views in counts:
    set_path, mesh = folder / f"set-{views}", folder / f"rebuilt-{views}.glb"
    run("dataset", model, "-o", set_path, "--views", views, "--pixels", pixels, "--coverage", "sphere")
    made, seconds = run("reconstruct", set_path, "-o", mesh, "--texture-size", 1024)
    score, _ = run("compare", mesh, model)
    rows.append((views, seconds, made, score))
    print(f"{views:>3} views: {seconds:5.1f} s, mean distance {score['chamferL1Percent']:.3f} % of the diagonal, "
          f"F-score at 0.5 % {score['fScore']['0.5']:.3f}, volume shared {score['volumeIoU']:.3f}")

# %%
figure, axes = plt.subplots(1, 3, figsize=(11, 3.4))
for ax, label, values in [
        (axes[0], "mean distance, % of the diagonal", [score["chamferL1Percent"] for *_, score in rows]),
        (axes[1], "F-score at 0.5 %", [score["fScore"]["0.5"] for *_, score in rows]),
        (axes[2], "seconds to rebuild", [seconds for _, seconds, *_ in rows])]:
    ax.plot(counts, values, "o-", color="#2a9d8f")
    ax.set_xlabel("views")
    ax.set_ylabel(label)
    ax.set_ylim(0)
figure.tight_layout()
plt.show()

# %% [markdown]
# ## Seen from where no camera stood

# %%
figure, axes = plt.subplots(1, 1 + len(counts), figsize=(3 * (1 + len(counts)), 3.4))

for ax, (title, path) in zip(axes, [("model", model)] + [(f"{n} views", folder / f"rebuilt-{n}.glb") for n in counts]):
    picture = folder / "picture.png"
    run("render", path, "-o", picture, "--angles", "47:11", "--width", 320, "--background", "white")
    ax.imshow(plt.imread(picture))
    ax.set_title(title)
    ax.axis("off")
figure.tight_layout()
plt.show()

nearest = [score["chamferL1Percent"] for *_, score in rows]
assert nearest[-1] < nearest[0] < 5, nearest
