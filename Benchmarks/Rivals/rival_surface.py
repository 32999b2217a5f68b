"""A surface through points with normals, by PyMeshLab's screened Poisson reconstruction: rival_surface.py IN.ply OUT.ply

A yardstick for what is rebuilt from pictures: these points lie on the true surface, and Maquette's rebuilding does not
see them. Prints the CPU seconds of all threads, without reading and writing.
"""

import json
import sys
import time

import pymeshlab

meshes = pymeshlab.MeshSet()
meshes.load_new_mesh(sys.argv[1])
start = time.process_time()
meshes.generate_surface_reconstruction_screened_poisson(depth=9, preclean=True)
seconds = time.process_time() - start
meshes.save_current_mesh(sys.argv[2])
print(json.dumps({"seconds": seconds}))
