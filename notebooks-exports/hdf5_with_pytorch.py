# %% [markdown]
# # Many objects in one HDF5 file, and PyTorch
#
# `--hdf5 FILE.h5` writes arrays instead of pictures: images, 32-bit depth, normals, masks, poses and intrinsics, with a
# chunk for each view, so that any view is read without its neighbours. Several models have a group each.

# %%
import os
import subprocess
import tempfile
import time

import h5py
import matplotlib.pyplot as plt
import numpy as np
import torch

maquette = os.environ.get("MAQUETTE", "../.build/release/maquette")
folder = tempfile.mkdtemp()
os.makedirs(folder + "/models")
for name, size in (("first", 64), ("second", 512)):
    subprocess.run(
        [maquette, "sample", "-o", f"{folder}/models/{name}.glb", "--texture-size", str(size), "--quiet"],
        check=True, stdout=subprocess.DEVNULL)
command = "--views 40 --pixels 160 --aov albedo,camera-normal --random-light --quiet"
subprocess.run(
    [maquette, "dataset", folder + "/models", "--hdf5", folder + "/sets.h5", *command.split()],
    check=True, stdout=subprocess.DEVNULL)

file = h5py.File(folder + "/sets.h5")
for name, item in file["first"].items():
    if isinstance(item, h5py.Dataset):
        print(f"{name:14} {str(item.shape):20} {str(item.dtype):8} {item.attrs.get('description', '')}")

# %% [markdown]
# ## Slices
#
# A view of one array is one chunk: random access costs the decompression of that chunk and nothing else.

# %%
images = file["first/images"]
print("chunks of", images.chunks, "compressed by", images.compression)
order = np.random.default_rng(0).permutation(len(images))
start = time.perf_counter()
for index in order:
    images[index]
spent = (time.perf_counter() - start) / len(order)
print(f"{spent * 1000:.1f} ms a view in random order" if spent > 0 else "")

figure, axes = plt.subplots(1, 4, figsize=(12, 3))
view = 7
depth = file["first/depth"][view]
for axis, (name, content) in zip(axes, {
    "images": images[view], "depth": np.where(depth > 0, depth, np.nan),
    "camera_normal": file["first/camera_normal"][view] / 2 + 0.5, "albedo": file["first/albedo"][view] ** (1 / 2.2),
}.items()):
    axis.imshow(np.clip(content, 0, 1) if content.dtype == np.float32 and content.ndim == 3 else content)
    axis.set_title(name)
    axis.axis("off")
plt.show()

# %% [markdown]
# ## A data loader
#
# h5py handles must not be shared between processes: each worker opens the file when it is first asked.

# %%
class Views(torch.utils.data.Dataset):
    def __init__(self, path):
        self.path, self.file = path, None
        with h5py.File(path) as file:
            self.places = [(name, view) for name in file for view in range(len(file[name]["images"]))]

    def __len__(self):
        return len(self.places)

    def __getitem__(self, place):
        if self.file is None:
            self.file = h5py.File(self.path)
        name, view = self.places[place]
        group = self.file[name]
        rgba = torch.from_numpy(group["images"][view]).float() / 255
        return {
            "image": rgba[..., :3] * rgba[..., 3:], "alpha": rgba[..., 3],
            "depth": torch.from_numpy(group["depth"][view]),
            "pose": torch.from_numpy(group["c2w"][view]).float(),
            "intrinsics": torch.from_numpy(group["intrinsics"][view]).float(),
        }


views = Views(folder + "/sets.h5")
loader = torch.utils.data.DataLoader(views, batch_size=16, shuffle=True, num_workers=2)
count = 0
for batch in loader:
    count += len(batch["image"])
    # What is seen lies within a radius of the middle: between distance - 1 and distance + 1.
    distance = batch["pose"][:, :3, 3].norm(dim=1)[:, None, None]
    inside = batch["depth"] > 0
    assert ((batch["depth"] - distance).abs()[inside.expand_as(batch["depth"])] < 1.001).all()
print(count, "views in batches of", tuple(batch["image"].shape))
assert count == 80
