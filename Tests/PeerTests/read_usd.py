"""Opens a USDZ with Pixar's library; prints one JSON object."""

import json
import sys

from pxr import Usd, UsdGeom, UsdShade

stage = Usd.Stage.Open(sys.argv[1])
meshes = [prim for prim in stage.Traverse() if prim.IsA(UsdGeom.Mesh)]
files = [prim.GetAttribute("inputs:file").Get() for prim in stage.Traverse() if prim.GetAttribute("inputs:file")]
box = UsdGeom.BBoxCache(Usd.TimeCode.Default(), ["default"]).ComputeWorldBound(stage.GetDefaultPrim())
print(json.dumps({
    "triangles": sum(len(UsdGeom.Mesh(prim).GetFaceVertexCountsAttr().Get()) for prim in meshes),
    "unbound": sum(not UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()[0] for prim in meshes),
    "pictures": len(files), "missing": sum(not file.resolvedPath for file in files),
    "metersPerUnit": UsdGeom.GetStageMetersPerUnit(stage), "up": str(UsdGeom.GetStageUpAxis(stage)),
    "size": list(box.ComputeAlignedRange().GetSize()),
}))
