"""Reads 3MF packages with lib3mf and trimesh; prints one JSON object."""

import json
import sys

import lib3mf
import trimesh

wrapper = lib3mf.get_wrapper()
model = wrapper.CreateModel()
reader = model.QueryReader("3mf")
reader.SetStrictModeActive(True)
reader.ReadFromFile(sys.argv[1])
objects = model.GetMeshObjects()
triangles, watertight = 0, True
while objects.MoveNext():
    mesh = objects.GetCurrentMeshObject()
    triangles += mesh.GetTriangleCount()
    watertight = watertight and mesh.IsManifoldAndOriented()
loaded = trimesh.load(sys.argv[1], force="mesh")
print(json.dumps({
    "warnings": reader.GetWarningCount(), "triangles": triangles, "manifold": bool(watertight),
    "unit": str(model.GetUnit()), "thumbnail": model.HasPackageThumbnailAttachment(),
    "volume": float(loaded.volume), "trimeshTriangles": len(loaded.faces),
}))
