"""Runs the notebooks and writes each as .ipynb with what it printed and drew, and as .html:

    python notebooks-exports/export.py [FOLDER] [NAME...]

A notebook's source is a .py file with `# %%` before each cell of code and `# %% [markdown]` before each of text. The folder
for the results is this one where none is given. MAQUETTE names the program. Fails where a cell fails.
"""
import json
import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

here = Path(__file__).resolve().parent
STYLE = """<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
pre { background: #f6f6f6; padding: .6rem; overflow-x: auto; font-size: 13px; line-height: 1.35; }
img { max-width: 100%; } a.anchor-link, .prompt, .jp-InputPrompt, .jp-OutputPrompt { display: none; }
</style>"""


def notebook(source):
    cells = []
    for part in source.read_text().split("# %%")[1:]:
        head, _, body = part.partition("\n")
        body = body.strip("\n")
        if "[markdown]" in head:
            text = "\n".join(line[2:] if line.startswith("# ") else line.lstrip("#") for line in body.splitlines())
            cells.append(nbformat.v4.new_markdown_cell(text))
        else:
            cells.append(nbformat.v4.new_code_cell(body))
    for number, cell in enumerate(cells):
        # Drawn by lot otherwise, so that every export would differ.
        cell["id"] = f"cell-{number}"
    return nbformat.v4.new_notebook(cells=cells)


def export(source, folder):
    book = notebook(source)
    NotebookClient(book, timeout=1200, kernel_name="python3", resources={"metadata": {"path": str(here)}}).execute()
    for cell in book.cells:
        # When it ran says nothing.
        cell.metadata.pop("execution", None)
        # Nor does where.
        for place in (os.environ["MAQUETTE"], tempfile.gettempdir() + "/"):
            if place in json.dumps(cell.get("outputs", [])):
                sys.exit(f"{source.name}: a cell prints {place}, a path of this machine")
    book.metadata.pop("widgets", None)
    nbformat.write(book, folder / (source.stem + ".ipynb"))
    body, _ = HTMLExporter(template_name="basic").from_notebook_node(book)
    title = book.cells[0].source.splitlines()[0].lstrip("# ")
    (folder / (source.stem + ".html")).write_text(
        f'<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>\n{STYLE}\n{body}\n</html>\n')


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else here
    target.mkdir(parents=True, exist_ok=True)
    program = os.environ.get("MAQUETTE", str(here.parent / ".build/release/maquette"))
    os.environ["MAQUETTE"] = os.path.abspath(program)
    names = sys.argv[2:] or [file.stem for file in sorted(here.glob("*.py")) if file.name != "export.py"]
    for name in names:
        print(name, flush=True)
        export(here / (name + ".py"), target)
