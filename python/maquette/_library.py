"""libmaquette-c.so by ctypes, which releases the interpreter's lock during each call. maquette.h says what is what."""

import concurrent.futures
import ctypes
import json
import os
import warnings

import numpy

# What reads foreign formats lies beside this file; the library would look beside the interpreter.
_beside = os.path.join(os.path.dirname(__file__), "maquette-assimp")
if os.path.exists(_beside):
    os.environ.setdefault("MAQUETTE_ASSIMP", _beside)
_library = ctypes.CDLL(os.path.join(os.path.dirname(__file__), "libmaquette-c.so"))
Progress = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_double, ctypes.c_void_p)
_types = [numpy.uint8, numpy.uint32, numpy.int64, numpy.float32, numpy.float64]


class _Array(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("type", ctypes.c_int32), ("dimensions", ctypes.c_int32),
                ("shape", ctypes.c_int64 * 4), ("strides", ctypes.c_int64 * 4)]


def _declare(name, result, *arguments):
    function = getattr(_library, name)
    function.restype, function.argtypes = result, arguments
    return function


_model = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t)
_told = (Progress, ctypes.c_void_p)
_version = _declare("maquette_version", ctypes.c_char_p)
run = _declare("maquette_run", ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_char_p),
               ctypes.c_char_p, ctypes.c_uint64, *_told)
mesh = _declare("maquette_mesh", ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, *_model, ctypes.c_uint64, *_told)
render = _declare("maquette_render", ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, *_model, *_told)
open_views = _declare("maquette_open_views", ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, *_model,
                      ctypes.c_uint64, *_told, ctypes.POINTER(ctypes.c_void_p))
views_count = _declare("maquette_views_count", ctypes.c_size_t, ctypes.c_void_p)
view = _declare("maquette_view", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
close_views = _declare("maquette_close_views", None, ctypes.c_void_p)
_status = _declare("maquette_result_status", ctypes.c_int32, ctypes.c_void_p)
_json = _declare("maquette_result_json", ctypes.c_char_p, ctypes.c_void_p)
_array = _declare("maquette_result_array", ctypes.c_int32, ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(_Array))
free = _declare("maquette_result_free", None, ctypes.c_void_p)


def version():
    return _version().decode()


class MaquetteError(Exception):
    """What Maquette says is wrong, in a sentence; `code` is a word for it, `place` where it is, `status` what the
    program's exit code would be."""

    def __init__(self, status, error):
        super().__init__(f"{error['where']}: {error['message']}" if error["where"] else error["message"])
        self.status, self.code, self.place = status, error["code"], error["where"]


class Cancelled(MaquetteError):
    """The progress function asked for it, or Ctrl-C."""


class Result:
    """What a call gave. Throws what it says is wrong, and warns of what it warns of."""

    def __init__(self, pointer):
        self._pointer = ctypes.c_void_p(pointer)
        told = json.loads(_json(self._pointer).decode())
        for text in told["warnings"]:
            warnings.warn(text, stacklevel=5)
        self.status = _status(self._pointer)
        if "error" in told:
            raise (Cancelled if self.status == 130 else MaquetteError)(self.status, told["error"])
        self.info, self.outputs, self.unmet = told["result"], told.get("outputs", []), told.get("unmet")

    def __del__(self):
        free(self._pointer)

    def array(self, name):
        """A view of the numbers where they lie; they live as long as it does."""
        lent = _Array()
        if not _array(self._pointer, name.encode(), ctypes.byref(lent)):
            raise KeyError(name)
        shape, strides = lent.shape[:lent.dimensions], lent.strides[:lent.dimensions]
        kind = numpy.dtype(_types[lent.type])
        if 0 in shape:
            return numpy.empty(shape, kind)
        size = sum((count - 1) * stride for count, stride in zip(shape, strides)) + kind.itemsize
        memory = (ctypes.c_char * size).from_address(lent.data)
        memory.owner = self
        return numpy.ndarray(shape, kind, memory, 0, strides)


class Line:
    """One thread that calls are made on, so that this one hears Ctrl-C, and drawing stays where it began."""

    def __init__(self, progress=None):
        self._threads = concurrent.futures.ThreadPoolExecutor(1)
        self._stop, self._trouble = False, None
        self.progress = Progress(lambda fraction, _: self._tell(progress, fraction))

    def _tell(self, progress, fraction):
        try:
            return int(self._stop or bool(progress and progress(fraction)))
        except BaseException as error:  # It belongs to who called, and not to C.
            self._trouble = error
            return 1

    def call(self, function, *arguments, held=None, free=None):
        """What the function gives. `held` lives until it has ended; where this is interrupted, what it gave is freed."""
        future = self._threads.submit(lambda _: function(*arguments), held)
        try:
            found = future.result()
            if self._trouble:
                raise self._trouble
            return found
        except BaseException:
            self._stop = True
            # Nothing of it may be used any more, and it ends soon: whatever interrupts this waits, too.
            while not future.done():
                try:
                    concurrent.futures.wait([future])
                except BaseException:
                    continue
            if free and not future.exception() and future.result():
                self._threads.submit(free, future.result()).result()
            raise

    def close(self):
        self._threads.shutdown(wait=True)
