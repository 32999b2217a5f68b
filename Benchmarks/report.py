"""Measures everything in one run: benchmark.json in FOLDER, and beside it a page and plots (see page.py).

    .build/rivals/bin/python Benchmarks/report.py FOLDER [--small] [PART...]

The parts are scenarios, geometry, formats, views, sets, sizes, counts, models, rebuild; without a name all of them.
--small does little of each. `make benchmark` does all the set-up. MAQUETTE and BENCHMARK name the programs. Times are of
this machine and this run; next to them stands what a plain copy of memory took.
"""

import datetime
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import trimesh

project = Path(__file__).resolve().parent.parent
program = os.environ.get("MAQUETTE", str(project / ".build/release/maquette"))
benchmark = os.environ.get("BENCHMARK", str(project / ".build/release/benchmark"))
python = project / ".build/rivals/bin/python"
# A step that would take longer than this, going by the one before, is left out and said to be.
LONGEST = 200


def say(text):
    print(f"{time.time() - start:6.0f} s  {text}", file=sys.stderr, flush=True)


def spent(*words):
    """Seconds by the clock and CPU seconds of a command with all its children, and its own peak MB."""
    begun, peak = time.time(), 0
    with tempfile.TemporaryFile() as log:
        child = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL, stderr=log, cwd=project)
        # What the system tells at the end counts this process too, from before the other program was loaded.
        while True:
            try:
                with open(f"/proc/{child.pid}/status") as file:
                    found = re.search(r"VmHWM:\s*(\d+)", file.read())
                peak = max(peak, int(found[1]) if found else 0)
            except OSError:
                pass
            ended, status, usage = os.wait4(child.pid, os.WNOHANG)
            if ended:
                break
            time.sleep(0.01)
        log.seek(0)
        trouble = log.read()
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))}: {trouble.decode()[-300:]}")
    return {"seconds": time.time() - begun, "cpuSeconds": usage.ru_utime + usage.ru_stime, "peakMB": peak / 1024}


def said(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=True, cwd=project).stdout


def tables(text):
    """The tables of a text in Markdown, each with the heading above it."""
    found, heading, inside = [], "", False
    for line in text.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        if not line.startswith("|"):
            inside = False
        elif not set(line) <= set("|-: "):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not inside:
                found.append({"heading": heading or cells[0], "rows": []})
            inside = True
            found[-1]["rows"].append(cells)
    return found


def machine():
    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    block, other = np.ones(32 << 20), np.zeros(32 << 20)
    times = []
    for _ in range(7):
        begun = time.perf_counter()
        np.copyto(other, block)
        times.append(time.perf_counter() - begun)
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, cwd=project)
    return {
        "date": datetime.date.today().isoformat(), "processor": model[1] if model else platform.processor(),
        "cores": os.cpu_count(), "commit": commit.stdout.strip() or "unknown",
        "copyGBs": block.nbytes / sorted(times)[3] / 1e9,
    }


def sample(name, side):
    path = scratch / name
    if not path.exists():
        said(program, "sample", "-o", path, "--texture-size", side, "--quiet")
    return path


# ---- Beside a copy of memory, and beside others ----
def scenarios():
    rows = []
    for line in said(benchmark).splitlines():
        found = re.match(r"(\S+): ([\d.]+) ms, ([\d.]+) MB/s, ([\d.]+) x", line)
        if found:
            rows.append({"name": found[1], "ms": float(found[2]), "MBs": float(found[3]), "copies": float(found[4])})
    return rows


def geometry():
    return tables(said(benchmark, "decimate", "remesh", "bvh", "weld"))


def formats():
    return tables(said(benchmark, "files"))


def views():
    return tables(said(benchmark, "views", sample("lighthouse.glb", 1024)))


def sets():
    return tables(said(benchmark, "sets", sample("lighthouse.glb", 1024)))


# ---- As work grows ----
def series(name, steps, prepare, commands):
    """Each command over growing work, as long as it stays within reason."""
    rows = {key: [] for key in commands}
    for step in steps:
        subject, size = prepare(step)
        for key, command in commands.items():
            before = rows[key]
            if before and (before[-1] is None or before[-1]["seconds"] * size / before[-1]["size"] > LONGEST):
                rows[key].append(None)
                say(f"{name}: {key} at {size} left out")
                continue
            cost = spent(*command(subject))
            rows[key].append({"size": size, **cost})
            say(f"{name}: {key} at {size}: {cost['seconds']:.1f} s, {cost['peakMB']:.0f} MB")
    return {key: [row for row in found if row] for key, found in rows.items()}


def sizes():
    def ball(divisions):
        mesh = trimesh.creation.icosphere(divisions)
        v = mesh.vertices
        bumps = 1 + 0.05 * np.sin(11 * v[:, 0]) * np.sin(13 * v[:, 1]) * np.sin(7 * v[:, 2])
        path = scratch / f"ball-{divisions}.stl"
        trimesh.Trimesh(100 * v * bumps[:, None], mesh.faces, process=False).export(path)
        return path, len(mesh.faces)

    out = scratch / "out.stl"
    return series("sizes", [4, 5] if small else [6, 7, 8, 9], ball, {
        "convert": lambda p: (program, "convert", p, "-o", out, "--quiet"),
        "inspect": lambda p: (program, "inspect", p, "--quiet"),
        "decimate --fast": lambda p: (program, "decimate", p, "--ratio", "0.1", "--fast", "-o", out, "--quiet"),
        "decimate": lambda p: (program, "decimate", p, "--ratio", "0.1", "-o", out, "--quiet"),
        "remesh": lambda p: (program, "remesh", p, "-o", out, "--quiet"),
        "repair": lambda p: (program, "repair", p, "-o", out, "--quiet"),
    })


def counts():
    model, out, pixels = sample("lighthouse.glb", 1024), scratch / "set.zip", 100 if small else 400
    return series("counts", [4, 8] if small else [10, 50, 100, 200, 400], lambda n: (n, n), {
        f"dataset, {pixels} pixels": lambda n: (
            program, "dataset", model, "--views", n, "--pixels", pixels, "-o", out, "--quiet"),
    })


def models():
    little = sample("small.glb", 64)

    def many(count):
        folder = scratch / f"models-{count}"
        folder.mkdir()
        for index in range(count):
            os.link(little, folder / f"{index}.glb")
        return folder, count

    return series("models", [1, 4] if small else [1, 10, 100, 1000], many, {
        "dataset, 4 views of 64 pixels each": lambda folder: (
            program, "dataset", folder, "--views", 4, "--pixels", 64, "--points", 100, "--no-self-shadows",
            "-o", f"{folder}-sets/", "--quiet"),
    })


def rebuild():
    """From pictures alone, and beside it what PyMeshLab makes of points on the true surface."""
    model, rows = sample("lighthouse.glb", 1024), []

    def score(mesh):
        found = json.loads(said(program, "compare", mesh, model, "--json", "--quiet"))["result"]
        return {"chamferPercent": found["chamferL1Percent"], "fScore05": found["fScore"]["0.5"], "volumeIoU": found["volumeIoU"]}

    for count in [8] if small else [8, 16, 32, 64]:
        folder, mesh = scratch / f"rebuild-{count}", scratch / f"rebuild-{count}.glb"
        said(program, "dataset", model, "-o", folder, "--views", count, "--pixels", 100 if small else 320,
             "--coverage", "sphere", "--quiet")
        cost = spent(program, "reconstruct", folder, "-o", mesh, "--quiet")
        rows.append({"from": f"{count} views", "views": count, **cost, **score(mesh)})
        say(f"rebuild: {count} views: {cost['seconds']:.1f} s, {rows[-1]['chamferPercent']:.3f} %")
    if not small:
        # The cloud lies in the set's frame, +z up; back to the model's own.
        folder, mesh = scratch / "points", scratch / "poisson.ply"
        said(program, "dataset", model, "-o", folder, "--views", 1, "--pixels", 64, "--points", 100_000, "--quiet")
        found = json.loads((folder / "transforms.json").read_text())
        answer = json.loads(said(python, "Benchmarks/Rivals/rival_surface.py", folder / "points3D.ply", mesh))
        placed = trimesh.load(mesh, process=False)
        placed.vertices = (placed.vertices - np.array(found["model_offset"])) / found["model_scale"]
        placed.apply_transform(trimesh.transformations.rotation_matrix(-np.pi / 2, [1, 0, 0]))
        placed.export(scratch / "poisson.glb")
        rows.append({"from": "100 000 true points (PyMeshLab, Poisson)", "cpuSeconds": answer["seconds"],
                     **score(scratch / "poisson.glb")})
    return rows


start = time.time()
words = [word for word in sys.argv[1:] if word != "--small"]
small = len(words) < len(sys.argv) - 1
known = {part.__name__: part for part in (scenarios, geometry, formats, views, sets, sizes, counts, models, rebuild)}
if not words:
    sys.exit(__doc__)
wanted = words[1:] or list(known)
if unknown := [name for name in wanted if name not in known]:
    sys.exit(f"there is no part {unknown[0]}; there are {', '.join(known)}")
target, scratch = Path(words[0]), Path(tempfile.mkdtemp())
target.mkdir(parents=True, exist_ok=True)
report = {"machine": machine(), "parts": {}, "minutes": {}, "failed": []}
try:
    for name in wanted:
        say(name)
        begun = time.time()
        try:
            report["parts"][name] = known[name]()
        except subprocess.CalledProcessError as error:
            report["failed"].append(f"{name}: {error} {error.stdout[-300:]} {error.stderr[-300:]}")
        except (RuntimeError, OSError) as error:
            report["failed"].append(f"{name}: {error}"[:500])
        report["minutes"][name] = (time.time() - begun) / 60
        # What is done is kept, whatever comes after.
        (target / "benchmark.json").write_text(json.dumps(report, indent=1) + "\n")
finally:
    shutil.rmtree(scratch, ignore_errors=True)
say("done")
if report["failed"]:
    sys.exit("\n".join(report["failed"]))
