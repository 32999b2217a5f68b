"""Writes example networks for `reconstruct --backend onnx` into a folder, and prints where ONNX Runtime's library is.

    make_networks.py FOLDER

encoder.onnx  a picture (1 x 3 x 32 x 32) to codes: its mean color. A real encoder gives a triplane, say.
field.onnx    codes and points (1 x N x 3) to density (1 x N x 1) and color (1 x N x 3): an ellipsoid of radii 0.8, 0.5
              and 0.3 in the color of the codes, above 0 within.
volume.onnx   a picture with alpha (1 x 4 x 32 x 32) to density (1 x 32 x 32 x 32): its outline, 0.6 thick.
"""
import glob
import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper


def save(folder, name, nodes, inputs, outputs, constants):
    def ports(sizes):
        return [helper.make_tensor_value_info(key, TensorProto.FLOAT, size) for key, size in sizes.items()]

    values = [numpy_helper.from_array(np.asarray(value), key) for key, value in constants.items()]
    graph = helper.make_graph(nodes, name, ports(inputs), ports(outputs), values)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, os.path.join(folder, name + ".onnx"))


def main(folder):
    node, real, whole = helper.make_node, np.float32, np.int64
    save(folder, "encoder",
         [node("ReduceMean", ["image"], ["codes"], axes=[2, 3], keepdims=0)],
         {"image": [1, 3, 32, 32]}, {"codes": [1, 3]}, {})
    save(folder, "field",
         [node("Div", ["points", "radii"], ["shares"]),
          node("Mul", ["shares", "shares"], ["squares"]),
          node("ReduceSum", ["squares", "last"], ["sum"], keepdims=1),
          node("Sub", ["one", "sum"], ["density"]),
          node("Mul", ["points", "zero"], ["black"]),
          node("Unsqueeze", ["codes", "middle"], ["tint"]),
          node("Add", ["black", "tint"], ["color"])],
         {"codes": [1, 3], "points": [1, None, 3]},
         {"density": [1, None, 1], "color": [1, None, 3]},
         {"radii": real([0.8, 0.5, 0.3]), "last": whole([2]), "one": real(1), "zero": real(0),
          "middle": whole([1])})
    depth = np.linspace(-1, 1, 32)
    save(folder, "volume",
         [node("Slice", ["image", "alpha", "end", "channels"], ["cover"]),
          node("Slice", ["cover", "bottom", "beyond", "rows", "back"], ["upright"]),
          node("Squeeze", ["upright", "channels"], ["flat"]),
          node("Transpose", ["flat"], ["columns"], perm=[0, 2, 1]),
          node("Unsqueeze", ["columns", "deep"], ["sheet"]),
          node("Mul", ["sheet", "slab"], ["density"])],
         {"image": [1, 4, 32, 32]}, {"density": [1, 32, 32, 32]},
         {"alpha": whole([3]), "end": whole([4]), "channels": whole([1]), "bottom": whole([-1]),
          "beyond": whole([-1000]), "rows": whole([2]), "back": whole([-1]), "deep": whole([3]),
          "slab": real(np.abs(depth) < 0.3).reshape(1, 1, 1, 32)})
    folder = os.path.dirname(onnxruntime.__file__)
    print(sorted(glob.glob(os.path.join(folder, "capi", "libonnxruntime.so*")))[0])


main(sys.argv[1])
