"""3MF writing and reading, binary STL with welding and adjacency, OBJ and GLB, by Python packages."""

import numpy as np


def measure(tool, vertices, faces, stem, median):
    """CPU seconds of what the tool can: write, read (3MF), stl, obj and glb."""
    package, soup = stem + "-rival.3mf", stem + ".stl"
    report = {}
    if tool == "pymeshlab":
        import pymeshlab

        meshes = pymeshlab.MeshSet()
        meshes.add_mesh(pymeshlab.Mesh(vertices, faces))

        def read(path):
            other = pymeshlab.MeshSet()
            other.load_new_mesh(path)
            return other

        report["write"], _ = median(lambda: meshes.save_current_mesh(package))
        report["read"], _ = median(lambda: read(package))
        report["stl"], _ = median(lambda: read(soup))
        report["obj"], _ = median(lambda: read(stem + ".obj"))
    elif tool == "lib3mf":
        from lib3mf import get_wrapper

        wrapper = get_wrapper()

        def write():
            model = wrapper.CreateModel()
            mesh = model.AddMeshObject()
            # The structures are lib3mf's own; filling them is Python's time, which is not counted.
            mesh.SetGeometry(points, triangles)
            model.AddBuildItem(mesh, wrapper.GetIdentityTransform())
            model.QueryWriter("3mf").WriteToFile(package)

        def read():
            model = wrapper.CreateModel()
            model.QueryReader("3mf").ReadFromFile(package)
            return model

        import lib3mf

        points, triangles = [], []
        for row in vertices:
            point = lib3mf.Position()
            for axis in range(3):
                point.Coordinates[axis] = float(row[axis])
            points.append(point)
        for row in faces:
            triangle = lib3mf.Triangle()
            for corner in range(3):
                triangle.Indices[corner] = int(row[corner])
            triangles.append(triangle)
        report["write"], _ = median(write)
        report["read"], _ = median(read)
    elif tool == "trimesh":
        import trimesh

        mesh = trimesh.Trimesh(vertices, faces, process=False)
        report["write"], _ = median(lambda: mesh.export(package))
        report["read"], _ = median(lambda: trimesh.load(package))
        report["stl"], _ = median(lambda: trimesh.load(soup).edges_unique.shape)
        report["obj"], _ = median(lambda: trimesh.load(stem + ".obj", process=False))
        report["glb"], _ = median(lambda: trimesh.load(stem + ".glb", process=False))
    elif tool == "meshlib":
        from meshlib import mrmeshnumpy, mrmeshpy

        mesh = mrmeshnumpy.meshFromFacesVerts(np.asarray(faces), np.asarray(vertices))
        report["write"], _ = median(lambda: mrmeshpy.saveMesh(mesh, package))
        report["stl"], _ = median(lambda: mrmeshpy.loadMesh(soup))
        report["obj"], _ = median(lambda: mrmeshpy.loadMesh(stem + ".obj"))
    return report
