"""Views of a model by Python packages that Maquette's are measured against:
rival_views.py TOOL MODEL VIEWS PIXELS [SET.zip]

TOOL is pyrender (three directional lights) or vtk (image-based light); both with EGL. Colour, depth and mask are
encoded as PNG at level 1; neither has normals. Prints the CPU seconds of a view, of all threads, the first left out.
"""

import json
import math
import os
import sys
import time
import zipfile

os.environ["PYOPENGL_PLATFORM"] = "egl"
os.environ["VTK_DEFAULT_OPENGL_WINDOW"] = "vtkEGLRenderWindow"

import cv2
import numpy as np

tool, model, views, pixels = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
archive = zipfile.ZipFile(sys.argv[5], "w") if len(sys.argv) > 5 else None
FIELD = math.radians(49.1)


def directions():
    """Evenly over the upper half, +y up."""
    for index in range(views):
        height = 1 - (index + 0.5) / views
        radius, turn = math.sqrt(1 - height * height), index * math.pi * (3 - math.sqrt(5))
        yield np.array([radius * math.sin(turn), height, radius * math.cos(turn)])


def pose(eye, target):
    back = (eye - target) / np.linalg.norm(eye - target)
    right = np.cross([0, 1, 0], back)
    right /= np.linalg.norm(right)
    matrix = np.eye(4)
    matrix[:3, :4] = np.stack([right, np.cross(back, right), back, eye], axis=1)
    return matrix


def encode(color, depth, farthest):
    level = [cv2.IMWRITE_PNG_COMPRESSION, 1]
    steps = np.clip(np.round(depth / farthest * 65535), 0, 65535).astype(np.uint16)
    pictures = (cv2.cvtColor(color, cv2.COLOR_RGBA2BGRA), steps, color[..., 3])
    for number, picture in enumerate(pictures):
        file = cv2.imencode(".png", picture, level)[1]
        if archive:
            archive.writestr(f"{number}/{len(archive.namelist())}.png", file.tobytes())


def with_pyrender():
    np.infty = np.inf
    import pyrender
    import trimesh

    source = trimesh.load(model, force="scene", process=False)
    center, radius = source.bounds.mean(axis=0), np.linalg.norm(np.diff(source.bounds, axis=0)) / 2
    distance = 1.05 * radius / math.sin(FIELD / 2)
    scene = pyrender.Scene.from_trimesh_scene(source, bg_color=[0, 0, 0, 0], ambient_light=[0.3] * 3)
    camera = scene.add(
        pyrender.PerspectiveCamera(FIELD, aspectRatio=1, znear=distance / 10, zfar=3 * distance))
    for way in ([1, 2, 1], [-1, 1, 1], [0, 1, -1]):
        light = pyrender.DirectionalLight(color=np.ones(3), intensity=3)
        scene.add(light, pose=pose(np.array(way, float), np.zeros(3)))
    renderer = pyrender.OffscreenRenderer(pixels, pixels)
    for direction in directions():
        scene.set_pose(camera, pose(center + distance * direction, center))
        color, depth = renderer.render(scene, flags=pyrender.RenderFlags.RGBA)
        encode(np.ascontiguousarray(color), depth, 3 * distance)
        yield


def with_vtk():
    import vtk
    from vtk.util.numpy_support import vtk_to_numpy

    renderer, window = vtk.vtkRenderer(), vtk.vtkRenderWindow()
    window.SetOffScreenRendering(1)
    window.SetSize(pixels, pixels)
    window.SetMultiSamples(4)
    window.SetAlphaBitPlanes(1)
    window.AddRenderer(renderer)
    reader = vtk.vtkGLTFImporter()
    reader.SetFileName(model)
    reader.SetRenderWindow(window)
    reader.Update()
    renderer.SetBackgroundAlpha(0)
    renderer.RemoveAllLights()
    renderer.AutomaticLightCreationOff()
    white = vtk.vtkImageData()
    white.SetDimensions(64, 32, 1)
    white.AllocateScalars(vtk.VTK_FLOAT, 3)
    vtk_to_numpy(white.GetPointData().GetScalars())[:] = 1
    sky = vtk.vtkTexture()
    sky.SetColorModeToDirectScalars()
    sky.MipmapOn()
    sky.InterpolateOn()
    sky.SetInputDataObject(white)
    renderer.UseImageBasedLightingOn()
    renderer.SetEnvironmentTexture(sky)
    bounds = np.array(renderer.ComputeVisiblePropBounds()).reshape(3, 2)
    center, radius = bounds.mean(axis=1), np.linalg.norm(np.diff(bounds, axis=1)) / 2
    distance = 1.05 * radius / math.sin(FIELD / 2)
    near, far = distance / 10, 3 * distance
    camera = renderer.GetActiveCamera()
    for direction in directions():
        camera.SetPosition(*(center + distance * direction))
        camera.SetFocalPoint(*center)
        camera.SetViewUp(0, 1, 0)
        camera.SetViewAngle(math.degrees(FIELD))
        camera.SetClippingRange(near, far)
        window.Render()
        color, depth = vtk.vtkUnsignedCharArray(), vtk.vtkFloatArray()
        window.GetRGBACharPixelData(0, 0, pixels - 1, pixels - 1, 1, color)
        window.GetZbufferData(0, 0, pixels - 1, pixels - 1, depth)
        z = 2 * vtk_to_numpy(depth).reshape(pixels, pixels)[::-1] - 1
        planar = np.where(z < 1, 2 * far * near / (far + near - z * (far - near)), 0)
        encode(vtk_to_numpy(color).reshape(pixels, pixels, 4)[::-1].copy(), planar, far)
        yield


start = None
for _ in {"pyrender": with_pyrender, "vtk": with_vtk}[tool]():
    # The first view compiles shaders and uploads textures.
    if start is None:
        start = time.process_time()
print(json.dumps({"seconds": (time.process_time() - start) / (views - 1)}))
if archive:
    archive.close()
