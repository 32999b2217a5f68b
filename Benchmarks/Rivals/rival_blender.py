"""Views of a model by Blender's EEVEE, to compare CPU time with:
blender -b --factory-startup -P rival_blender.py -- MODEL FOLDER VIEWS PIXELS

Colour with transparent film as PNG, depth and normals as EXR; 16 samples, white light from everywhere.
"""

import math
import os
import sys

import bpy
import numpy
from mathutils import Vector

# The importer of Debian's Blender wants a name that its numpy no longer has.
numpy.bool = bool

model, folder, views, pixels = sys.argv[sys.argv.index("--") + 1:]
bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.preferences.addon_enable(module="io_scene_gltf2")
bpy.ops.import_scene.gltf(filepath=model)
scene = bpy.context.scene
corners = [o.matrix_world @ Vector(c) for o in scene.objects if o.type == "MESH" for c in o.bound_box]
low = Vector(min(c[a] for c in corners) for a in range(3))
high = Vector(max(c[a] for c in corners) for a in range(3))
center, radius = (low + high) / 2, (high - low).length / 2

scene.world = bpy.data.worlds.new("white")
scene.world.use_nodes = True
scene.world.node_tree.nodes["Background"].inputs["Color"].default_value = (1, 1, 1, 1)
scene.render.engine = "BLENDER_EEVEE"
scene.eevee.taa_render_samples = 16
scene.render.film_transparent = True
scene.render.resolution_x = scene.render.resolution_y = int(pixels)
scene.render.image_settings.color_mode = "RGBA"
scene.render.image_settings.compression = 10
layer = scene.view_layers[0]
layer.use_pass_z = layer.use_pass_normal = True
scene.use_nodes = True
tree = scene.node_tree
source = tree.nodes["Render Layers"]
for name in ("Depth", "Normal"):
    sink = tree.nodes.new("CompositorNodeOutputFile")
    sink.base_path = folder
    sink.format.file_format = "OPEN_EXR"
    sink.file_slots[0].path = name
    tree.links.new(source.outputs[name], sink.inputs[0])

lens = bpy.data.cameras.new("camera")
lens.angle = math.radians(49.1)
camera = bpy.data.objects.new("camera", lens)
scene.collection.objects.link(camera)
scene.camera = camera
distance = 1.05 * radius / math.sin(lens.angle / 2)
lens.clip_start, lens.clip_end = distance / 100, distance * 10
for index in range(int(views)):
    height = 1 - (index + 0.5) / int(views)
    ring, turn = math.sqrt(1 - height * height), index * math.pi * (3 - math.sqrt(5))
    way = Vector((ring * math.cos(turn), ring * math.sin(turn), height))
    camera.location = center + distance * way
    camera.rotation_euler = way.to_track_quat("Z", "Y").to_euler()
    scene.frame_set(index)
    scene.render.filepath = os.path.join(folder, f"{index:05d}.png")
    bpy.ops.render.render(write_still=True)
