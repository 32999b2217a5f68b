# %% [markdown]
# # What it costs
#
# How Maquette's verbs fare beside other tools, and how their cost grows with the work. The figures come from
# `make benchmark`, which runs everything in one go and keeps it in `out/benchmark/benchmark.json`; another such file can be
# named in `REPORT`. Without one a small measurement is made here.

# %%
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

kept = Path(os.environ.get("REPORT", "../out/benchmark/benchmark.json"))
if not kept.exists():
    folder = tempfile.mkdtemp()
    subprocess.run([sys.executable, "../Benchmarks/report.py", folder, "--small", "sizes", "counts", "models", "rebuild"],
                   check=True, capture_output=True)
    kept = Path(folder) / "benchmark.json"
report = json.loads(kept.read_text())
parts, machine = report["parts"], report["machine"]
print(f"{machine['date']}: {machine['processor']}, {machine['cores']} cores, commit {machine['commit']}")
print(f"a copy of memory: {machine['copyGBs']:.1f} GB/s; {sum(report['minutes'].values()):.0f} minutes in all")

# %% [markdown]
# ## Decimation and remeshing: time against truth
#
# Each point is a tool's result on the same mesh in the same run: CPU seconds to the right, the largest distance from the
# original upwards. What matters is the corner below on the left. The number is that of triangles that cut others.

# %%
tables = [table for table in parts.get("geometry", []) if table["heading"].split(":")[0] in ("decimate", "remesh")]
if tables:
    figure, axes = plt.subplots(1, len(tables), figsize=(5.5 * len(tables), 4))
    for ax, table in zip(np.atleast_1d(axes), tables):
        head, *rows = table["rows"]
        rows = [dict(zip(head, row)) for row in rows if len(row) == len(head)]
        # The same result as without, after a look at how good it is.
        rows = [row for row in rows if row["tool"] != "Maquette, error measured"]
        for number, row in enumerate(rows):
            ours = row["tool"].startswith("Maquette")
            place = float(row["CPU s"]), float(row["largest error %"])
            ax.loglog(*place, "o", color="#2a9d8f" if ours else "#bbbbbb", markersize=9)
            ax.annotate(f" {row['tool']} ({row['cut triangles']})", place, fontsize=8, va="top" if number % 2 else "bottom")
        ax.set_xlabel("CPU seconds")
        ax.set_ylabel("largest error, % of the diagonal")
        ax.set_title(table["heading"], fontsize=9)
        ax.margins(0.3)
        ax.grid(alpha=0.3, which="both")
    figure.tight_layout()
    plt.show()
else:
    print("LEFT OUT: the other tools, which make benchmark installs")

# %% [markdown]
# ## As meshes grow
#
# On a doubly logarithmic paper a line of slope 1 is cost in proportion to the work. The slopes are fitted to the larger half
# of the sizes, where the cost of starting a program no longer counts.

# %%
def grown(ax, series, label):
    for name, steps in series.items():
        if not steps:
            continue
        size, seconds = (np.array([step[key] for step in steps], float) for key in ("size", "seconds"))
        larger = slice(len(size) // 2 - 1 if len(size) > 3 else 0, None)
        slope = np.polyfit(np.log(size[larger]), np.log(seconds[larger]), 1)[0] if len(size) > 1 else float("nan")
        ax.loglog(size, seconds, "o-", label=f"{name} ({slope:.2f})")
        print(f"{name:>36}: {seconds[-1]:7.2f} s for {int(size[-1]):>9,} {label}, slope {slope:.2f}, "
              f"{steps[-1]['peakMB']:.0f} MB")
    ax.set_xlabel(label)
    ax.set_ylabel("seconds")
    ax.legend(fontsize=8)
    ax.grid(alpha=0.3, which="both")


figure, axes = plt.subplots(1, 3, figsize=(15, 4))
for ax, (part, label) in zip(axes, [("sizes", "triangles"), ("counts", "views"), ("models", "models")]):
    grown(ax, parts[part], label)
figure.tight_layout()
plt.show()

# %% [markdown]
# ## From pictures alone
#
# A model is drawn, rebuilt from the pictures, and compared. The dashed line is what another tool makes of points that lie on
# the true surface: something that pictures can come near to.

# %%
rows = parts["rebuild"]
from_views = [row for row in rows if "views" in row]
figure, ax = plt.subplots(figsize=(6, 3.6))
ax.loglog([row["views"] for row in from_views], [row["chamferPercent"] for row in from_views], "o-", color="#2a9d8f",
          label="Maquette, from pictures")
for row in rows:
    print(f"{row['from']:>45}: {row['cpuSeconds']:6.1f} CPU s, mean distance {row['chamferPercent']:.3f} % of the diagonal, "
          f"F-score {row['fScore05']:.3f}")
    if "views" not in row:
        ax.axhline(row["chamferPercent"], color="#e76f51", linestyle="--", label=row["from"])
ax.set_xlabel("views")
ax.set_ylabel("mean distance, % of the diagonal")
ax.legend(fontsize=8)
ax.grid(alpha=0.3, which="both")
plt.show()
assert from_views[-1]["fScore05"] > 0.5, from_views
