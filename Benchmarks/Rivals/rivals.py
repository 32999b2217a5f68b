"""Python packages that Maquette is measured against; the same words and answer as rivals.cpp.

decimate: pymeshlab, libigl (QSLIM)    remesh: pymeshlab, meshlib    bvh: libigl (closest point only)
files: pymeshlab, lib3mf, trimesh, meshlib
"""

import json
import statistics
import sys
import time

import numpy as np

task, tool, source, target = sys.argv[1:5]
value, runs, longest = float(sys.argv[5]), int(sys.argv[6]), float(sys.argv[7])


def median(prepare, body):
    times, result, begun = [], None, time.monotonic()
    while not times or len(times) < runs and time.monotonic() - begun < longest:
        state = prepare()
        start = time.process_time()
        result = body(state)
        times.append(time.process_time() - start)
    return statistics.median(times), result


def read():
    vertices, faces = [], []
    for line in open(source):
        words = line.split()
        if words and words[0] == "v":
            vertices.append([float(word) for word in words[1:4]])
        elif words and words[0] == "f":
            faces.append([int(word) - 1 for word in words[1:4]])
    return np.array(vertices), np.array(faces, dtype=np.int32)


def write(vertices, faces):
    with open(target, "w") as file:
        for vertex in vertices:
            file.write("v %.9g %.9g %.9g\n" % tuple(vertex))
        for face in faces:
            file.write("f %d %d %d\n" % tuple(int(index) + 1 for index in face))


vertices, faces = read()
report = {}
if task == "files":
    from rival_files import measure

    report = measure(tool, vertices, faces, target[:-4], lambda body: median(lambda: None, lambda _: body()))
elif tool == "pymeshlab":
    import pymeshlab

    def prepare():
        meshes = pymeshlab.MeshSet()
        meshes.add_mesh(pymeshlab.Mesh(vertices, faces))
        return meshes

    def body(meshes):
        if task == "decimate":
            meshes.meshing_decimation_quadric_edge_collapse(targetfacenum=round(len(faces) * value))
        else:
            meshes.meshing_isotropic_explicit_remeshing(
                iterations=10, targetlen=pymeshlab.PureValue(value))
        return meshes

    report["seconds"], meshes = median(prepare, body)
    mesh = meshes.current_mesh()
    write(mesh.vertex_matrix(), mesh.face_matrix())
elif tool == "meshlib":
    from meshlib import mrmeshnumpy, mrmeshpy

    def body(mesh):
        settings = mrmeshpy.RemeshSettings()
        settings.targetEdgeLen = value
        settings.maxEdgeSplits = 100_000_000
        settings.finalRelaxIters = 5
        settings.finalRelaxNoShrinkage = True
        settings.projectOnOriginalMesh = True
        mrmeshpy.remesh(mesh, settings)
        mesh.pack()
        return mesh

    report["seconds"], mesh = median(lambda: mrmeshnumpy.meshFromFacesVerts(faces, vertices), body)
    write(mrmeshnumpy.getNumpyVerts(mesh), mrmeshnumpy.getNumpyFaces(mesh.topology))
elif tool == "libigl":
    import igl

    if task == "decimate":
        report["seconds"], result = median(
            lambda: None, lambda _: igl.qslim(vertices, faces, round(len(faces) * value)))
        matrices = [part for part in result if getattr(part, "ndim", 0) == 2]
        write(matrices[0], matrices[1])
    else:
        generator = np.random.default_rng(1)
        low, high = vertices.min(0), vertices.max(0)
        spread = generator.uniform(-0.55, 0.55, (int(value), 3))
        points = (low + high) / 2 + spread * (high - low)
        report["closest"], _ = median(
            lambda: None, lambda _: igl.point_mesh_squared_distance(points, vertices, faces))
else:
    sys.exit("unknown tool " + tool)
print(json.dumps(report))
