# %% [markdown]
# # A radiance field that learns from a set, and one that cannot
#
# The proof of a training set is a trainer that did not write it. Below is a small one: a grid of density and colour that
# is drawn by adding up light along rays (Mildenhall et al., "NeRF", 2020; a plain grid instead of a network as in Sun, Sun,
# Chen, "Direct voxel grid optimization", 2022). It knows nothing of Maquette but `transforms.json`, and runs on a processor
# in a minute. It is judged on views that it has not seen.
#
# The same set with one planted mistake, cameras with OpenCV's axes where OpenGL's belong, looks fine file by file and
# cannot be learned. `maquette verify` names it.

# %%
import io
import json
import os
import subprocess
import tempfile
import time
import zipfile

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

torch.manual_seed(0)
maquette = os.environ.get("MAQUETTE", "../.build/release/maquette")
folder = tempfile.mkdtemp()
model, path = folder + "/lighthouse.glb", folder + "/set.zip"
subprocess.run([maquette, "sample", "-o", model, "--quiet"], check=True, stdout=subprocess.DEVNULL)
command = "--views 60 --test-fraction 0.15 --pixels 100 --quiet"
made = subprocess.run([maquette, "dataset", model, "-o", path, *command.split()], check=True, stdout=subprocess.DEVNULL)

# %% [markdown]
# Rays of all pixels of a split, with their colours over white.

# %%
def rays(path, split):
    archive = zipfile.ZipFile(path)
    meta = json.loads(archive.read("transforms.json"))
    names = set(meta[split + "_filenames"])
    frames = [frame for frame in meta["frames"] if frame["file_path"] in names]
    pictures = np.array([np.array(Image.open(io.BytesIO(archive.read(f["file_path"])))) for f in frames]) / 255.0
    colors = torch.tensor(pictures[..., :3] * pictures[..., 3:] + 1 - pictures[..., 3:], dtype=torch.float32)
    poses = torch.tensor([frame["transform_matrix"] for frame in frames])
    row, column = torch.meshgrid(torch.arange(meta["h"]) + 0.5, torch.arange(meta["w"]) + 0.5, indexing="ij")
    local = torch.stack([
        (column - meta["cx"]) / meta["fl_x"], -(row - meta["cy"]) / meta["fl_y"], -torch.ones_like(row),
    ], -1)
    ways = torch.einsum("hwk,njk->nhwj", F.normalize(local, dim=-1), poses[:, :3, :3])
    eyes = poses[:, None, None, :3, 3].expand_as(ways)
    return eyes.reshape(-1, 3), ways.reshape(-1, 3), colors


# %% [markdown]
# The part of a ray within the object's sphere is sampled; density and colour are read between the grid's points.

# %%
def drawn(grid, eyes, ways, count, jitter=False):
    along = (eyes * ways).sum(-1)
    inside = along**2 - (eyes * eyes).sum(-1) + 1.02
    hit = inside > 0
    colors = torch.ones_like(eyes)
    if not hit.any():
        return colors
    eyes, ways, middle, half = eyes[hit], ways[hit], -along[hit], inside[hit].sqrt()
    share = (torch.arange(count) + (torch.rand(len(eyes), count) if jitter else 0.5)) / count
    distance = (middle - half)[:, None] + 2 * half[:, None] * share
    places = eyes[:, None] + ways[:, None] * distance[..., None]
    values = F.grid_sample(grid, places.view(1, -1, 1, 1, 3), align_corners=True, padding_mode="border")
    values = values.view(4, len(eyes), count)
    density, color = F.softplus(values[0] - 4) * 40, torch.sigmoid(values[1:])
    opacity = 1 - torch.exp(-density * (2 * half / count)[:, None])
    left = torch.cumprod(torch.cat([torch.ones(len(eyes), 1), 1 - opacity + 1e-7], 1), 1)
    mixed = (opacity * left[:, :-1] * color).sum(-1).T + left[:, -1:]
    return colors.index_put((hit.nonzero()[:, 0],), mixed)


def fit(path):
    eyes, ways, pictures = rays(path, "train")
    colors = pictures.reshape(-1, 3)
    grid = torch.zeros(1, 4, 24, 24, 24)
    for side, steps, count in ((24, 120, 48), (60, 260, 110)):
        grid = F.interpolate(grid.detach(), (side,) * 3, mode="trilinear", align_corners=True).requires_grad_(True)
        optimizer = torch.optim.Adam([grid], lr=0.3 if side == 24 else 0.2)
        for _ in range(steps):
            chosen = torch.randint(len(colors), (4096,))
            loss = F.mse_loss(drawn(grid, eyes[chosen], ways[chosen], count, jitter=True), colors[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return grid.detach()


def judge(grid, path):
    """Signal-to-noise ratio of each view that was held out, in decibels, and the first of them."""
    eyes, ways, pictures = rays(path, "test")
    parts = [drawn(grid, e, w, 160) for e, w in zip(eyes.split(8192), ways.split(8192))]
    views = torch.cat(parts).view_as(pictures)
    return -10 * torch.log10(((views - pictures) ** 2).flatten(1).mean(1)), views, pictures


# %% [markdown]
# ## The set as it is

# %%
start = time.perf_counter()
right, views, pictures = judge(fit(path), path)
print(f"{right.mean():.2f} dB on {len(right)} views that were held out (worst {right.min():.2f})")

# %% [markdown]
# ## The same set with the cameras' axes swapped

# %%
flipped = folder + "/flipped.zip"
with zipfile.ZipFile(path) as source, zipfile.ZipFile(flipped, "w") as target:
    for name in source.namelist():
        data = source.read(name)
        if name == "transforms.json":
            meta = json.loads(data)
            for frame in meta["frames"]:
                pose = np.array(frame["transform_matrix"])
                pose[:, 1:3] *= -1
                frame["transform_matrix"] = pose.tolist()
            data = json.dumps(meta)
        target.writestr(name, data)
wrong, blurred, _ = judge(fit(flipped), flipped)
print(f"{wrong.mean():.2f} dB with swapped axes")

figure, axes = plt.subplots(1, 3, figsize=(10, 3.4))
for axis, (name, content) in zip(axes, {
    "held out": pictures[3], f"learned, {right[3]:.1f} dB": views[3], f"swapped axes, {wrong[3]:.1f} dB": blurred[3],
}.items()):
    axis.imshow(content.clamp(0, 1))
    axis.set_title(name)
    axis.axis("off")
plt.show()
assert right.mean() >= 30 and wrong.mean() < 27

# %% [markdown]
# ## What `verify` says

# %%
for name in (path, flipped):
    told = subprocess.run([maquette, "verify", name, "--quiet"], capture_output=True, text=True)
    print(f"exit {told.returncode}:", told.stdout.strip().splitlines()[1])
    assert told.returncode == (1 if name == flipped else 0)
