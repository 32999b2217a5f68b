"""Runs everything that is measured and writes a report: benchmark.json, benchmark.html, and plots as PNG.

    .build/rivals/bin/python Benchmarks/report.py FOLDER [PART...]

The parts are scenarios, rivals, views, sizes, counts, models, rebuild; without a name all of them. `make benchmark`
does all the set-up. Times are of this machine and this run; next to them stands what a plain copy of memory took.
"""

import base64
import datetime
import html
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import trimesh

project = Path(__file__).resolve().parent.parent
program, benchmark = (str(project / ".build/release" / name) for name in ("maquette", "benchmark"))
target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
scratch = Path(tempfile.mkdtemp())
report = {"parts": {}, "failed": []}
# A step that would take longer than this, going by the one before, is left out and said to be.
LONGEST = 300


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
    found, heading = [], ""
    for line in text.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif line.startswith("|") and not set(line) <= set("|-: "):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not found or found[-1].get("closed"):
                found.append({"heading": heading or cells[0], "rows": []})
            found[-1]["rows"].append(cells)
        elif not line.startswith("|") and found:
            found[-1]["closed"] = True
    return [{"heading": table["heading"], "rows": table["rows"]} for table in found]


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


# ---- The parts ----
def scenarios():
    rows = []
    for line in said(benchmark).splitlines():
        found = re.match(r"(\S+): ([\d.]+) ms, ([\d.]+) MB/s, ([\d.]+) x", line)
        if found:
            rows.append({"name": found[1], "ms": float(found[2]), "MBs": float(found[3]), "copies": float(found[4])})
    return rows


def rivals():
    return tables(said(benchmark, "decimate", "remesh", "bvh", "weld", "files"))


def sample(name, side):
    path = scratch / name
    if not path.exists():
        said(program, "sample", "-o", path, "--texture-size", side, "--quiet")
    return path


def views():
    return tables(said(benchmark, "views", sample("lighthouse.glb", 1024)))


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
    return series("sizes", [6, 7, 8, 9], ball, {
        "convert": lambda p: (program, "convert", p, "-o", out, "--quiet"),
        "inspect": lambda p: (program, "inspect", p, "--quiet"),
        "decimate --fast": lambda p: (program, "decimate", p, "--ratio", "0.1", "--fast", "-o", out, "--quiet"),
        "decimate": lambda p: (program, "decimate", p, "--ratio", "0.1", "-o", out, "--quiet"),
        "remesh": lambda p: (program, "remesh", p, "-o", out, "--quiet"),
        "repair": lambda p: (program, "repair", p, "-o", out, "--quiet"),
    })


def counts():
    model, out = sample("lighthouse.glb", 1024), scratch / "set.zip"
    return series("counts", [10, 50, 100, 200, 400], lambda n: (n, n), {
        "dataset, 400 pixels": lambda n: (program, "dataset", model, "--views", n, "--pixels", 400, "-o", out, "--quiet"),
    })


def models():
    small = sample("small.glb", 64)

    def many(count):
        folder = scratch / f"models-{count}"
        folder.mkdir()
        for index in range(count):
            os.link(small, folder / f"{index}.glb")
        return folder, count

    return series("models", [1, 10, 100, 1000], many, {
        "dataset, 4 views of 64 pixels each": lambda folder: (
            program, "dataset", folder, "--views", 4, "--pixels", 64, "--points", 100, "--no-self-shadows", "-o", f"{folder}-sets/", "--quiet"),
    })


def rebuild():
    model, rows = sample("lighthouse.glb", 1024), []
    for count in (8, 16, 32):
        folder, mesh = scratch / f"rebuild-{count}", scratch / f"rebuild-{count}.glb"
        said(program, "dataset", model, "-o", folder, "--views", count, "--pixels", 320, "--coverage", "sphere", "--quiet")
        cost = spent(program, "reconstruct", folder, "-o", mesh, "--quiet")
        score = json.loads(said(program, "compare", mesh, model, "--json", "--quiet"))["result"]
        rows.append({"views": count, **cost, "chamferPercent": score["chamferL1Percent"], "fScore05": score["fScore"]["0.5"],
                     "volumeIoU": score["volumeIoU"]})
        say(f"rebuild: {count} views: {cost['seconds']:.1f} s, {score['chamferL1Percent']:.3f} %")
    return rows


# ---- The page ----
def plotted(name, draw, width=7):
    figure, ax = plt.subplots(figsize=(width, 3.6))
    draw(ax)
    figure.tight_layout()
    figure.savefig(target / f"{name}.png", dpi=110)
    plt.close(figure)
    return base64.b64encode((target / f"{name}.png").read_bytes()).decode()


def picture(data):
    return f'<img src="data:image/png;base64,{data}">'


def table(rows):
    head, *body = [[html.escape(str(cell)) for cell in row] for row in rows]
    return ("<table><tr>" + "".join(f"<th>{cell}</th>" for cell in head) + "</tr>"
            + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in body) + "</table>")


def growth(name, label):
    def draw(ax):
        for key, rows in report["parts"][name].items():
            if rows:
                ax.loglog([row["size"] for row in rows], [row["seconds"] for row in rows], "o-", label=key)
        ax.set_xlabel(label)
        ax.set_ylabel("seconds")
        ax.legend(fontsize=8)
        ax.grid(alpha=0.3)

    rows = [["", label, "seconds", "CPU seconds", "peak MB"]]
    for key, found in report["parts"][name].items():
        rows += [[key, row["size"], f"{row['seconds']:.2f}", f"{row['cpuSeconds']:.2f}", f"{row['peakMB']:.0f}"] for row in found]
    return picture(plotted(name, draw)) + table(rows)


def page():
    parts, facts = report["parts"], report["machine"]
    body = [f"<h1>Maquette, measured</h1><p>{facts['date']}, {html.escape(facts['processor'])}, {facts['cores']} cores, commit "
            f"{facts['commit']}; a copy of memory: {facts['copyGBs']:.1f} GB/s. All in one run of {report['minutes']:.0f} minutes.</p>"]
    if report["failed"]:
        body.append("<p><b>Failed:</b> " + html.escape("; ".join(report["failed"])) + "</p>")
    if "scenarios" in parts:
        rows = parts["scenarios"]

        def bars(ax):
            ax.barh([row["name"] for row in rows], [row["copies"] for row in rows], color="#2a9d8f")
            ax.set_xscale("log")
            ax.set_xlabel("times a copy of the same bytes")
            ax.invert_yaxis()
            ax.tick_params(labelsize=7)

        body += ["<h2>Beside a copy of memory</h2>", picture(plotted("scenarios", bars)),
                 table([["", "ms", "MB/s", "x a copy"]] + [[r["name"], r["ms"], r["MBs"], r["copies"]] for r in rows])]
    for name, title in (("rivals", "Beside others: meshes and files"), ("views", "Beside others: views")):
        if name in parts:
            body.append(f"<h2>{title}</h2>")
            body += [f"<h3>{html.escape(t['heading'])}</h3>" + table(t["rows"]) for t in parts[name]]
    for name, title, label in (("sizes", "As meshes grow", "triangles"), ("counts", "As sets grow", "views"),
                               ("models", "As batches grow", "models")):
        if name in parts:
            body += [f"<h2>{title}</h2>", growth(name, label)]
    if "rebuild" in parts:
        body += ["<h2>Rebuilt from pictures</h2>", table(
            [["views of 320 pixels", "seconds", "mean distance, % of the diagonal", "F-score at 0.5 %", "volume shared"]]
            + [[r["views"], f"{r['seconds']:.1f}", f"{r['chamferPercent']:.3f}", f"{r['fScore05']:.3f}", f"{r['volumeIoU']:.3f}"]
               for r in parts["rebuild"]])]
    style = ("body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;"
             "font-size:13px;margin:.5rem 0}td,th{border-bottom:1px solid #ddd;padding:.2rem .6rem;text-align:left}img{max-width:100%}")
    return (f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Maquette, measured</title><style>{style}</style>'
            + "\n".join(body) + "</html>\n")


start = time.time()
report["machine"] = machine()
known = {part.__name__: part for part in (scenarios, rivals, views, sizes, counts, models, rebuild)}
wanted = sys.argv[2:] or list(known)
if unknown := [name for name in wanted if name not in known]:
    sys.exit(f"there is no part {unknown[0]}; there are {', '.join(known)}")
for name in wanted:
    say(name)
    try:
        report["parts"][name] = known[name]()
    except (RuntimeError, subprocess.CalledProcessError, OSError) as error:
        report["failed"].append(f"{name}: {error}"[:500])
report["minutes"] = (time.time() - start) / 60
(target / "benchmark.json").write_text(json.dumps(report, indent=1) + "\n")
(target / "benchmark.html").write_text(page())
subprocess.run(["rm", "-rf", str(scratch)], check=True)
print(target / "benchmark.html")
if report["failed"]:
    sys.exit("\n".join(report["failed"]))
