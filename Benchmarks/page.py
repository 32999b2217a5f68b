"""What benchmark.json in FOLDER says, as benchmark.html with plots, as PNGs, and as tables in Markdown (benchmark.md):

    .build/rivals/bin/python Benchmarks/page.py FOLDER
"""

import base64
import html
import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

STYLE = ("body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;"
         "font-size:13px;margin:.5rem 0}td,th{border-bottom:1px solid #ddd;padding:.2rem .6rem;text-align:left}img{max-width:100%}")


def spaced(number):
    return f"{number:,}".replace(",", " ")


def cost_table(found, label):
    rows = [["", label, "seconds", "CPU seconds", "peak MB"]]
    for key, steps in found.items():
        rows += [[key, spaced(step["size"]), f"{step['seconds']:.2f}", f"{step['cpuSeconds']:.2f}", f"{step['peakMB']:.0f}"]
                 for step in steps]
    return rows


def rebuilt_table(found):
    rows = [["from", "seconds", "CPU seconds", "mean distance, % of the diagonal", "F-score at 0.5 %", "volume shared"]]
    return rows + [
        [row["from"], f"{row['seconds']:.1f}" if "seconds" in row else "", f"{row['cpuSeconds']:.1f}",
         f"{row['chamferPercent']:.3f}", f"{row['fScore05']:.3f}", f"{row['volumeIoU']:.3f}"] for row in found]


def bars(found):
    def draw(ax):
        ax.barh([row["name"] for row in found], [row["copies"] for row in found], color="#2a9d8f")
        ax.set_xscale("log")
        ax.set_xlabel("times a copy of the same bytes")
        ax.invert_yaxis()
        ax.tick_params(labelsize=7)

    return draw


def growth(found, label):
    def draw(ax):
        for key, steps in found.items():
            ax.loglog([step["size"] for step in steps], [step["seconds"] for step in steps], "o-", label=key)
        ax.set_xlabel(label)
        ax.set_ylabel("seconds")
        ax.legend(fontsize=8)
        ax.grid(alpha=0.3)

    return draw


def distances(found):
    views = [row for row in found if "views" in row]

    def draw(ax):
        ax.loglog([row["views"] for row in views], [row["chamferPercent"] for row in views], "o-", label="Maquette, from pictures")
        for row in found:
            if "views" not in row:
                ax.axhline(row["chamferPercent"], color="#e76f51", linestyle="--", label=row["from"])
        ax.set_xlabel("views")
        ax.set_ylabel("mean distance, % of the diagonal")
        ax.legend(fontsize=8)
        ax.grid(alpha=0.3)

    return draw


def sections(parts):
    """Each part as a title, the name and the drawing of a plot or none, and tables with headings."""
    if "scenarios" in parts:
        rows = parts["scenarios"]
        yield "Beside a copy of memory", ("scenarios", bars(rows)), [
            ("", [["", "ms", "MB/s", "x a copy"]] + [[r["name"], r["ms"], r["MBs"], r["copies"]] for r in rows])]
    for name, title in (("geometry", "Beside others: meshes"), ("formats", "Beside others: files"), ("views", "Beside others: views"),
                        ("sets", "Beside others: training sets")):
        if name in parts:
            yield title, None, [(found["heading"], found["rows"]) for found in parts[name]]
    for name, title, label in (("sizes", "As meshes grow", "triangles"), ("counts", "As sets grow", "views"),
                               ("models", "As batches grow", "models")):
        if name in parts:
            yield title, (name, growth(parts[name], label)), [("", cost_table(parts[name], label))]
    if "rebuild" in parts:
        yield "Rebuilt from pictures", ("rebuild", distances(parts["rebuild"])), [("", rebuilt_table(parts["rebuild"]))]


def plotted(path, draw):
    figure, ax = plt.subplots(figsize=(7, 3.6))
    draw(ax)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return f'<img src="data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}">'


def html_table(rows):
    head, *body = [[html.escape(str(cell)) for cell in row] for row in rows]
    return ("<table><tr>" + "".join(f"<th>{cell}</th>" for cell in head) + "</tr>"
            + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in body) + "</table>")


def markdown_table(rows):
    lines = ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0])] + lines[1:])


def main(target):
    report = json.loads((target / "benchmark.json").read_text())
    facts = report["machine"]
    about = (f"{facts['date']}, {facts['processor']}, {facts['cores']} cores, commit {facts['commit']}; a copy of memory: "
             f"{facts['copyGBs']:.1f} GB/s; all in one run of {sum(report['minutes'].values()):.0f} minutes.")
    page, text = [f"<h1>Maquette, measured</h1><p>{html.escape(about)}</p>"], ["# Maquette, measured", about]
    if report["failed"]:
        page.append("<p><b>Failed:</b> " + html.escape("; ".join(report["failed"])) + "</p>")
        text.append("**Failed:** " + "; ".join(report["failed"]))
    for title, plot, tables in sections(report["parts"]):
        page.append(f"<h2>{title}</h2>")
        text.append(f"## {title}")
        if plot:
            page.append(plotted(target / f"{plot[0]}.png", plot[1]))
        for heading, rows in tables:
            page.append((f"<h3>{html.escape(heading)}</h3>" if heading else "") + html_table(rows))
            text += ([f"### {heading}"] if heading else []) + [markdown_table(rows)]
    (target / "benchmark.html").write_text(
        f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Maquette, measured</title><style>{STYLE}</style>'
        + "\n".join(page) + "</html>\n")
    (target / "benchmark.md").write_text("\n\n".join(text) + "\n")
    print(target / "benchmark.html")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
