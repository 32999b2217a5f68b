"""Maquette on numpy arrays: meshes decimated, remeshed and repaired, pictures rendered, training sets iterated.

    import maquette
    small = maquette.decimate(vertices, triangles, ratio=0.1)
    small.vertices, small.triangles, small.info["maxErrorPercent"]

Options are those of the command line with underscores (``maquette decimate --help``); results are the same numbers.
Arrays that come back are views of memory that Maquette made: nothing is copied, and it lives as long as they do.
While Maquette works, other Python threads run, and Ctrl-C ends it.
"""

from ._library import Cancelled, MaquetteError, version as _version
from ._verbs import MeshResult, Rendered, View, Views, decimate, remesh, render, repair, run, views

__version__ = _version()
__all__ = ["Cancelled", "MaquetteError", "MeshResult", "Rendered", "View", "Views", "decimate", "remesh", "render",
           "repair", "run", "views"]
