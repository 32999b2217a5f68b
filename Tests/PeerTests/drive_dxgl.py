"""The Python and curl flows of DX.GL's guide against a Maquette service: base URL and key changed, and
mended where the published text lost something:

  - Python: the indentation, `import json`, and the definitions of `model_ids`, `new_skus` and `chunks`;
  - curl: the `-F "file=@..."` fields, which the page shows as "[email protected]";
  - file names, ids and the URLs of models and overlays, which the guide makes up.

Files are then opened with ffprobe, Pillow and zipfile. Prints a JSON object of what went wrong.

    drive_dxgl.py MAQUETTE FOLDER MODEL.glb
"""

import io
import json
import os
import subprocess
import sys
import time
import zipfile

import numpy
import requests
from PIL import Image

from service_process import Service, serve_files

maquette, folder, path = sys.argv[1:]
files = serve_files(os.path.dirname(path))
service = Service(maquette, folder + "/data", "--billing", "enforce", "--allow-addresses", files)
base, key = service.url, service.key
model_url = f"http://{files}/{os.path.basename(path)}"
os.chdir(folder)
problems = []


def check(name, holds, seen=""):
    if not holds:
        problems.append(f"{name}: {seen}")


# ---- Python, from the guide ----
API = base + "/v1"
HEADERS = {"Authorization": f"Bearer {key}"}


def render_model(glb_path, settings):
    """Upload a model, render it, return the video URL."""
    with open(glb_path, "rb") as f:
        r = requests.post(f"{API}/models", headers=HEADERS,
                          files={"file": f},
                          data={"renderSettings": json.dumps(settings)})
    data = r.json()["data"]
    render_id = data["renderId"]

    # Poll until done
    while True:
        r = requests.get(f"{API}/renders/{render_id}", headers=HEADERS)
        status = r.json()["data"]["status"]
        statuses.append(status)
        if status == "done":
            return f"{API}/renders/{render_id}/video"
        if status == "error":
            raise Exception(f"Render failed: {r.json()['data'].get('errorMessage')}")
        time.sleep(0.5)


statuses = []
url = render_model(path, {"aspect": "16:9", "bgColor": "#ffffff", "length": 6})

order = ["pending", "poster-processing", "poster-done", "video-processing", "done"]
places = [order.index(status) for status in statuses]
check("statuses go forward", places == sorted(places), statuses)
check("the poster is told", "poster-done" in statuses, sorted(set(statuses)))


def probe(content):
    with open("probed", "wb") as file:
        file.write(content)
    found = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v", "-count_frames", "-show_entries",
         "stream=codec_name,width,height,nb_read_frames", "-of", "json", "probed"],
        capture_output=True, text=True)
    return (json.loads(found.stdout or "{}").get("streams") or [{}])[0]


video = requests.get(url, headers=HEADERS)
seen = probe(video.content)
check("video", (seen.get("codec_name"), seen.get("width"), seen.get("height"), seen.get("nb_read_frames"))
      == ("h264", 1920, 1080, "180"), seen)
check("immutable", "immutable" in video.headers["Cache-Control"], video.headers)
part = requests.get(url, headers={**HEADERS, "Range": "bytes=4-7"})
check("range", part.status_code == 206 and part.content == b"ftyp", part.content)
render = url.rsplit("/", 1)[0]


# ---- curl, from the guide ----
def curl(*words):
    answer = subprocess.run(["curl", "-sS", *words, "-H", f"Authorization: Bearer {key}"],
                            capture_output=True)
    return answer.stdout


small = probe(curl(f"{render}/video?quality=web"))
check("web video", small.get("codec_name") == "h264" and small.get("width") == 1920, small)
poster = Image.open(io.BytesIO(curl(f"{render}/poster?quality=full"))).convert("RGB")
check("poster", poster.size == (1920, 1080), poster.size)
pixels = numpy.asarray(poster).astype(int)
check("background", tuple(pixels[0, 0]) == (255, 255, 255), pixels[0, 0])
check("something is there", (pixels.min(axis=2) < 200).mean() > 0.02)
thumbnail = Image.open(io.BytesIO(curl(f"{render}/poster")))
check("thumbnail", thumbnail.size == (480, 270), thumbnail.size)
names = zipfile.ZipFile(io.BytesIO(curl(f"{render}/bundle"))).namelist()
check("bundle", sorted(names) == ["poster.png", "thumb.mp4", "video.mp4", "web.mp4"], names)

ingested = json.loads(curl("-X", "POST", f"{API}/models/ingest", "-H", "Content-Type: application/json",
                           "-d", json.dumps({"url": model_url, "renderSettings": {"aspect": "16:9"}})))
check("ingest finds the same model", ingested["data"].get("duplicate") is True, ingested)
model_id = ingested["data"]["modelId"]

quote = json.loads(curl("-X", "POST", f"{API}/quote", "-H", "Content-Type: application/json", "-d",
                        '{"renders": [{"quality": "standard"}, {"quality": "standard"}, {"quality": "4k"}]}'))
check("quote", quote["data"]["creditsRequired"] == 6 and quote["data"]["sufficient"], quote)
before = json.loads(curl(f"{API}/account"))["data"]["credits"]

dataset = json.loads(curl("-X", "POST", f"{API}/renders", "-H", "Content-Type: application/json", "-d",
                          json.dumps({"modelId": model_id, "renderSettings": {
                              "output": "dataset", "datasetQuality": "100x800", "coverage": "hemisphere"}})))
dataset_id = dataset["data"]["renderId"]

Image.new("RGB", (64, 48), (10, 20, 200)).save("brand.png")
overlay = json.loads(curl("-X", "POST", f"{API}/overlays", "-F", "file=@brand.png", "-F", "layer=background",
                          "-F", "name=Acme Brand Gradient"))
check("overlay", overlay["data"]["width"] == 64, overlay)
branded = json.loads(curl("-X", "POST", f"{API}/renders", "-H", "Content-Type: application/json", "-d",
                          json.dumps({"modelId": model_id, "renderSettings": {
                              "bgImageId": overlay["data"]["overlayId"], "aspect": "16:9"}})))
check("branded", "renderId" in branded.get("data", {}), branded)

# ---- Python again: catalogue and variants ----
new_skus = [{"glb_url": model_url, "name": "Chair", "sku_code": "C-1"}]
for sku in new_skus:
    r = requests.post(f"{API}/models/ingest", headers=HEADERS, json={
        "url": sku["glb_url"],
        "renderSettings": {"aspect": "16:9", "bgColor": "#ffffff", "length": 6}
    })
    model_id = r.json()["data"]["modelId"]
    # Tag the model
    requests.patch(f"{API}/models/{model_id}", headers=HEADERS, json={
        "title": sku["name"],
        "sku": sku["sku_code"],
        "tags": ["client-acme", "fall-2026"]
    })

for query in ["tags=client-acme&limit=100", "tags=client-acme,campaign-fall-2026"]:
    listed = json.loads(curl(f"{API}/models?{query}"))
    check("tags", [m["modelId"] for m in listed["data"]] == [model_id], listed)

model_ids = [model_id]


def chunks(values, size):
    return [values[i:i + size] for i in range(0, len(values), size)]


variants = [
    {"aspect": "16:9", "bgColor": "#ffffff", "shadows": True},
    {"aspect": "1:1", "bgColor": "#000000", "shadows": True},
    {"aspect": "9:16", "bgColor": "#ffffff", "reflector": True},
]
renders = []
for model_id in model_ids:
    for v in variants:
        renders.append({"modelId": model_id, "renderSettings": v})

# Submit all at once (max 100 per batch)
for batch in chunks(renders, 100):
    r = requests.post(f"{API}/renders/batch", headers=HEADERS, json={"renders": batch})
    check("batch", r.status_code == 201 and r.json()["data"]["creditsCharged"] == 3, r.text)

after = json.loads(curl(f"{API}/account"))["data"]["credits"]
check("charged", before - after == 1 + 1 + 1 + 3, (before, after))

while True:
    state = json.loads(curl(f"{API}/renders/{dataset_id}"))["data"]
    if state["status"] in ("done", "error"):
        break
    time.sleep(0.5)
if state["status"] != "done":
    raise SystemExit(f"the dataset failed: {state}")
archive = zipfile.ZipFile(io.BytesIO(curl(f"{API}/renders/{dataset_id}/dataset")))
held = archive.namelist()
for folder in ["images", "depth", "depth_16bit", "normals", "masks"]:
    count = len([name for name in held if name.startswith(folder + "/") and name.endswith(".png")])
    check(f"dataset {folder}", count == 100, count)
frames = json.loads(archive.read("transforms.json"))
check("dataset cameras", len(frames["frames"]) == 100 and frames["w"] == 800, list(frames))

# What still waits is cancelled with its model, and paid back.
requests.delete(f"{API}/models/{model_id}", headers=HEADERS)
check("books", service.audit().returncode == 0, service.audit())
check("ends", service.stop() == 0)
print(json.dumps({"problems": problems}))
