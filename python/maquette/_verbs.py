"""What Maquette does, on arrays."""

import ctypes
import json
import os

import numpy

from . import _library as library
from ._library import Line, Result


def _camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _settings(options):
    def plain(value):
        if isinstance(value, numpy.generic):
            return value.item()
        return os.fspath(value) if isinstance(value, os.PathLike) else value

    return json.dumps({_camel(name): plain(value) for name, value in options.items() if value is not None}).encode()


def _seed(seed):
    # ctypes would wrap a negative number without a word.
    if not 0 <= seed < 2**63:
        raise ValueError(f"a seed is a whole number from 0 to 2**63 - 1, not {seed}")
    return seed


class _Model:
    """A file, or vertices (n, 3) and triangles (m, 3); packed as C wants them, without a copy where they are so."""

    def __init__(self, model, triangles=None):
        self.path, self.vertices, self.triangles = None, None, None
        if triangles is None:
            self.path = os.fsencode(model)
            return
        self.vertices = self._packed(model, numpy.float32, "vertices")
        self.triangles = self._packed(triangles, numpy.uint32, "triangles")

    @staticmethod
    def _packed(given, kind, name):
        array = numpy.asarray(given)
        if array.ndim != 2 or array.shape[1] != 3:
            raise ValueError(f"{name} have the shape (n, 3), not {array.shape}")
        if kind is numpy.uint32:
            if array.dtype.kind not in "iu" or (array.size and array.min() < 0):
                raise ValueError(f"{name} are whole numbers from 0, not {array.dtype}")
            if array.size and array.max() >= 2**32:
                raise ValueError(f"{name} name vertex {array.max()}, which no mesh has")
        return numpy.ascontiguousarray(array, kind)

    @property
    def arguments(self):
        if self.path is not None:
            return None, 0, None, 0
        return self.vertices.ctypes.data, len(self.vertices), self.triangles.ctypes.data, len(self.triangles)


class MeshResult:
    """`vertices` (n, 3) float32, `triangles` (m, 3) uint32, `sources` (m) int64: the triangle of the input that each
    came from, and `info`: what the command line says with --json. `is_met`: whether what was asked for is so."""

    def __init__(self, result):
        self.vertices, self.triangles = result.array("vertices"), result.array("triangles")
        self.sources, self.info, self.is_met = result.array("sources"), result.info, result.status == 0


def _mesh(verb, vertices, triangles, seed, progress, options):
    model, line = _Model(vertices, triangles), Line(progress)
    try:
        return MeshResult(Result(line.call(
            library.mesh, verb, _settings(options), *model.arguments, _seed(seed), line.progress, None,
            held=model, free=library.free)))
    finally:
        line.close()


def decimate(vertices, triangles, *, seed=0, progress=None, **options):
    """Fewer triangles: `ratio`, `target_triangles`, `target_vertices` or `max_error` (percent of the diagonal)."""
    return _mesh(b"decimate", vertices, triangles, seed, progress, options)


def remesh(vertices, triangles, *, seed=0, progress=None, **options):
    """Nearly equilateral triangles of one size: `edge_length` or `target_triangles`."""
    return _mesh(b"remesh", vertices, triangles, seed, progress, options)


def repair(vertices, triangles, *, seed=0, progress=None, **options):
    """A closed solid that can be printed; `is_met` says whether it is one."""
    return _mesh(b"repair", vertices, triangles, seed, progress, options)


class Rendered:
    """`color` (n, h, w, 4) uint8, sRGB with straight alpha; `depth` (n, h, w) float32 along the camera's axis, 0 where
    there is nothing; `cameras` (n, 4, 4) float64, camera to world, OpenGL's axes, +y up; `info`: the lens."""

    def __init__(self, result):
        self.color, self.depth = result.array("color"), result.array("depth")
        self.cameras, self.info = result.array("cameras"), result.info


def render(model, triangles=None, *, progress=None, **options):
    """Pictures of a file, or of vertices and triangles: `width`, `angles=["front", "120:30"]`, `shadows=True`, ..."""
    model, line = _Model(model, triangles), Line(progress)
    try:
        return Rendered(Result(line.call(
            library.render, _settings(options), model.path, *model.arguments, line.progress, None, held=model,
            free=library.free)))
    finally:
        line.close()


class View:
    """`color` (h, w, 4) uint8, `depth` (h, w) float32, `normal` (h, w, 4) uint8 as 127.5 n + 127.5 with +z up, `camera`
    (4, 4) float64 as in transforms.json, and `info`: split, width, height, fl_x, fl_y, cx, cy."""

    def __init__(self, result):
        self.color, self.depth, self.normal = (result.array(name) for name in ("color", "depth", "normal"))
        self.camera, self.info = result.array("camera"), result.info


class Views:
    """The views of a training set, drawn when they are asked for: `len(views)`, `views[3]`, `for view in views`."""

    def __init__(self, model, line, settings, seed):
        self._line, failure = line, ctypes.c_void_p()
        self._pointer = None
        try:
            pointer = line.call(
                library.open_views, settings, model.path, *model.arguments, _seed(seed), line.progress, None,
                ctypes.byref(failure), held=(model, failure), free=library.close_views)
        except BaseException:
            line.close()
            if failure.value:
                library.free(failure)
            raise
        if pointer is None:
            line.close()
            Result(failure.value)
        self._pointer = ctypes.c_void_p(pointer)
        self._count = library.views_count(self._pointer)

    def __len__(self):
        return self._count

    def __getitem__(self, index):
        if not -len(self) <= index < len(self):
            raise IndexError(f"there are {len(self)} views")
        if self._pointer is None:
            raise ValueError("the views are closed")
        return View(Result(self._line.call(
            library.view, self._pointer, index % len(self), free=library.free)))

    def close(self):
        pointer, self._pointer = self._pointer, None
        if pointer is not None:
            try:
                self._line.call(library.close_views, pointer)
            finally:
                self._line.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        try:
            self.close()
        except RuntimeError:
            pass  # The interpreter ends, and with it all of it.


def views(model, triangles=None, *, seed=0, progress=None, **options):
    """The views of a training set of a file, or of vertices and triangles, as `maquette dataset` makes them:
    `views=100`, `pixels=800`, `coverage="sphere"`, ..."""
    return Views(_Model(model, triangles), Line(progress), _settings(options), seed)


class Report(dict):
    """What the command line says under "result" with --json. `outputs`: the paths of what was written; `is_met`: whether
    what was asked for is so, and `unmet` in words what is not."""

    def __init__(self, result):
        super().__init__(result.info)
        self.outputs, self.unmet = result.outputs, result.unmet
        self.is_met = result.status == 0


def run(verb, *inputs, output=None, seed=0, progress=None, **options):
    """Any verb of the command line on files, with the same bytes; gives a `Report`."""
    paths = (ctypes.c_char_p * (len(inputs) + 1))(*[os.fsencode(path) for path in inputs], None)
    line = Line(progress)
    try:
        return Report(Result(line.call(
            library.run, verb.encode(), _settings(options), paths, None if output is None else os.fsencode(output),
            _seed(seed), line.progress, None, held=paths, free=library.free)))
    finally:
        line.close()
