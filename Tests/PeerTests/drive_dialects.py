"""The Python and curl flows of Rage3D, Image3D, 3D AI Studio and Pixal3D against one Maquette service that
speaks all of them at its root: base URL and key changed, and mended where the published text lost something:

  - Rage3D: `time` is imported in the second block and `requests` in the first, so both blocks are one;
    YOUR_TASK_ID is the id of the task;
  - Pixal3D: the address of the picture, and the host of the status endpoint;
  - Image3D and 3D AI Studio publish no code: their flows are written from the contract, the former's first
    request being the one its page shows.

The real engine is behind. Models are opened with trimesh, pictures with Pillow. A receiver of webhooks stands
on loopback. Prints a JSON object of what went wrong.

    drive_dialects.py MAQUETTE FOLDER MODEL.glb
"""

import base64
import hashlib
import hmac
import http.server
import io
import json
import os
import subprocess
import sys
import threading
import time

import numpy
import requests
import trimesh
from PIL import Image, ImageDraw

from service_process import Service, serve_files

maquette, folder, path = sys.argv[1:]
files = serve_files(os.path.dirname(path))
problems = []


def check(name, holds, seen=""):
    if not holds:
        problems.append(f"{name}: {seen}")


# ---- A receiver: fast, slow, and one that always fails ----
received = []


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        received.append((time.time(), self.path, dict(self.headers), body))
        if self.path.startswith("/slow"):
            time.sleep(30)
        self.send_response(500 if self.path.startswith("/broken") else 200)
        self.end_headers()

    def log_message(self, *words):
        pass


receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=receiver.serve_forever, daemon=True).start()
hooks = f"127.0.0.1:{receiver.server_port}"

service = Service(
    maquette, folder + "/data", "--billing", "enforce", "--allow-addresses", f"{files},{hooks}",
    "--studio-submits-per-minute", "0", credits=1_000_000, wallet="all")
base, key = service.url, service.key
os.chdir(folder)

# A photograph of a thing before a plain wall, as these services want it: opaque, no alpha.
picture = Image.new("RGB", (512, 512), (235, 238, 240))
draw = ImageDraw.Draw(picture)
draw.ellipse((140, 90, 372, 420), fill=(176, 62, 40))
draw.ellipse((220, 150, 290, 230), fill=(240, 200, 60))
picture.save("photo.jpg", quality=92)
picture.save(os.path.dirname(path) + "/photo.png")
picture_url = f"http://{files}/photo.png"
picture_text = base64.b64encode(open("photo.jpg", "rb").read()).decode()
model_url = f"http://{files}/{os.path.basename(path)}"


def triangles(data, kind):
    mesh = trimesh.load(io.BytesIO(data), file_type=kind, force="mesh")
    return len(mesh.faces)


def fetch(url):
    answer = requests.get(url)
    check("a link works without a key", answer.status_code == 200, f"{url} {answer.status_code}")
    return answer.content


# ---- Rage3D: Python ----
response = requests.post(
    f"{base}/generate-3d",
    headers={"X-API-Key": key},
    files={"images": open("photo.jpg", "rb")}
)

task_id = response.json()["task_id"]

statuses = []
while True:
    status = requests.get(
        f"{base}/task/{task_id}",
        headers={"X-API-Key": key}
    ).json()
    statuses.append(status["status"])

    if status["status"] == "success":
        check("rage3d: the model", triangles(fetch(status["pbr_model_url"]), "glb") > 100)
        break
    elif status["status"] == "failed":
        problems.append(f"rage3d failed: {status}")
        break

    time.sleep(0.3)
order = ["queued", "running", "success"]
check("rage3d: statuses never go back", statuses == sorted(statuses, key=order.index), statuses)
drawn = Image.open(io.BytesIO(fetch(status["rendered_image_url"]))).convert("RGBA")
check("rage3d: a picture of it", numpy.asarray(drawn)[..., 3].mean() > 10)


# ---- Rage3D: curl ----
def curl(*words):
    return subprocess.run(["curl", "-sS", *words], capture_output=True, check=True).stdout


again = json.loads(curl("-X", "POST", f"{base}/generate-3d", "-H", f"X-API-Key: {key}", "-F", "images=@photo.jpg"))
check("rage3d: curl submits", again["cost"] == 99.0 and again["status"] == "queued", again)
json.loads(curl(f"{base}/task/{again['task_id']}", "-H", f"X-API-Key: {key}"))
made = json.loads(curl("-X", "POST", f"{base}/task/{task_id}/convert-stl", "-H", f"X-API-Key: {key}"))
check("rage3d: convert-stl", made["status"] == "success", made)
curl(f"{base}/download/{task_id}/glb", "-H", f"X-API-Key: {key}", "-o", "model.glb")
curl(f"{base}/download/{task_id}/stl", "-H", f"X-API-Key: {key}", "-o", "model.stl")
check("rage3d: glb", triangles(open("model.glb", "rb").read(), "glb") > 100)
check("rage3d: stl", triangles(open("model.stl", "rb").read(), "stl") > 100)
listed = json.loads(curl(f"{base}/generations?limit=10", "-H", f"X-API-Key: {key}"))
check("rage3d: generations", listed["total"] == 2, listed)
balance = json.loads(curl(f"{base}/wallet/balance", "-H", f"X-API-Key: {key}"))
check("rage3d: balance", balance["balance"] == 10_000 - 2 * 99, balance)
me = json.loads(curl(f"{base}/auth/me", "-H", f"X-API-Key: {key}"))
check("rage3d: me", me["generation_cost"] == 99.0 and me["total_generations"] == 2, me)

# ---- Image3D ----
bearer = {"Authorization": f"Bearer {key}"}
task = requests.post(f"{base}/api/v1/generations", headers=bearer, json={
    "mode": "image",
    "quality": "standard",
    "image_url": picture_url,
    "output_format": "glb",
    "metadata": {
        "source": "store-product-preview",
        "sku": "demo-001"
    }
}).json()
check("image3d: queued", task.get("status") == "queued", task)
while True:
    now = requests.get(task["status_url"], headers=bearer).json()
    if now["status"] in ("success", "failed"):
        break
    time.sleep(0.3)
check("image3d: success", now["status"] == "success", now)
check("image3d: the model", triangles(fetch(now["model_url"]), "glb") > 100)
billing = now["billing"]
check("image3d: settled", 0 < billing["final_credits"] <= billing["precharge_credits"]
      and billing["refund_credits"] == billing["precharge_credits"] - billing["final_credits"], billing)
check("image3d: metadata", now["metadata"] == {"source": "store-product-preview", "sku": "demo-001"}, now)
older = requests.post(f"{base}/api/generate", headers=bearer, json={"mode": "image", "image": picture_text}).json()
check("image3d: older form", older.get("status") == "queued", older)
text = requests.post(f"{base}/api/v1/generations", headers=bearer, json={"mode": "text", "prompt": "a dog"})
check("image3d: words need an engine", text.status_code == 501, text.text)


# ---- 3D AI Studio ----
def studio(where, body, **files_given):
    sent = {"files": files_given, "data": body} if files_given else {"json": body}
    answer = requests.post(f"{base}{where}", headers=bearer, **sent)
    if answer.status_code != 200:
        problems.append(f"studio {where}: {answer.status_code} {answer.text}")
        return []
    waiting.append((where, answer.json()["task_id"]))
    return answer.json()["task_id"]


waiting = []
studio("/v1/3d-models/tencent/generate/rapid/", {"image": picture_text, "enable_pbr": True})
studio("/v1/3d-models/trellis2/generate/", {"image_url": picture_url})
studio("/v1/tools/convert/", {"model_url": model_url, "output_format": "obj_zip"})
studio("/v1/tools/convert/", {"output_format": "stl", "max_size": "50"}, model_file=open(path, "rb"))
studio("/v1/tools/repair/", {"model_url": model_url, "hollow": True, "wall_thickness": 2.0, "target_height": 80})
studio("/v1/tools/optimize/", {"model_url": model_url, "target_ratio": 0.5, "draco": False})
studio("/v1/tools/render/", {"model_url": model_url, "resolution": 256, "background": "transparent"})
studio("/v1/tools/render/", {"model_url": model_url, "resolution": 128, "angle": "turntable_4"})
studio("/v1/tools/render/", {"model_url": model_url, "resolution": 128, "output_type": "video", "duration": 3})
studio("/v1/tools/bake-texture/",
       {"high_poly_model_url": model_url, "low_poly_model_url": model_url, "texture_size": 128})
studio("/v1/tools/calculate-volume/", {"model_url": model_url, "target_height": 100})
studio("/v1/tools/remove-bg/", {"image": picture_text})
studio("/v1/tools/image-enhance/", {"image": picture_text})
studio("/v1/3d-models/tencent/topology/", {"model_url": model_url, "face_type": "triangle", "face_count": 2000})
studio("/v1/3d-models/tripo/convert-model/", {"model_url": model_url})
studio("/v1/3d-models/tripo/mesh-segmentation/", {"model_url": model_url})
studio("/v1/flow/miniature/", {"image": picture_text, "scale": "h0", "edition": "fast"})
expected = {"generate": "3D_MODEL", "render": "IMAGE", "remove-bg": "EDITED_IMAGE", "enhance": "EDITED_IMAGE"}
for where, task in waiting:
    while True:
        status = requests.get(f"{base}/v1/generation-request/{task}/status/", headers=bearer).json()
        if status["status"] in ("FINISHED", "FAILED"):
            break
        time.sleep(0.3)
    check(f"studio {where}", status["status"] == "FINISHED", status)
    for result in status["results"]:
        data, name = fetch(result["asset_url"]), result["metadata"]["name"]
        check(f"studio {where}: size", len(data) == result["metadata"]["bytes"], result)
        if name.endswith((".glb", ".stl")):
            check(f"studio {where}: {name}", triangles(data, name[-3:]) > 50)
        elif name.endswith((".png", ".webp")):
            check(f"studio {where}: {name}", Image.open(io.BytesIO(data)).size[0] >= 128)
        if "repair" in where:
            solid = trimesh.load(io.BytesIO(data), file_type="stl")
            check("studio repair: watertight, 80 mm tall", solid.is_watertight and abs(max(solid.extents) - 80) < 20,
                  solid.extents)
        if "convert/" in where and name.endswith(".stl"):
            solid = trimesh.load(io.BytesIO(data), file_type="stl")
            check("studio convert: 50 mm", abs(max(solid.extents) - 50) < 0.1, solid.extents)
        if "remove-bg" in where:
            alpha = numpy.asarray(Image.open(io.BytesIO(data)))[..., 3]
            check("studio remove-bg", alpha[250, 250] == 255 and alpha[10, 10] == 0 and
                  abs((alpha > 127).mean() - 0.229) < 0.01, (alpha > 127).mean())
        if result["asset_type"] == "SCALED_3D_MODEL":
            solid = trimesh.load(io.BytesIO(data), file_type="stl")
            check("studio miniature: 1:87", solid.is_watertight and abs(solid.extents[2] - 1750 / 87) < 0.1, solid.extents)
wallet = requests.get(f"{base}/account/user/wallet/", headers=bearer).json()
check("studio: wallet", wallet["balance"].endswith(".00"), wallet)

# ---- Pixal3D: Python ----
url = f"{base}/pixal3d/v1/pixal3d-request"
headers = {
    "Content-Type": "application/json",
    "Cache-Control": "no-cache",
    "Ocp-Apim-Subscription-Key": key
}
data = {
    "image_url": picture_url,
    "resolution": 1024,
    "ss_guidance_strength": 7.5,
    "ss_guidance_rescale": 0.7,
    "ss_sampling_steps": 12,
    "ss_rescale_t": 5,
    "shape_slat_guidance_strength": 7.5,
    "shape_slat_guidance_rescale": 0.5,
    "shape_slat_sampling_steps": 12,
    "shape_slat_rescale_t": 3,
    "tex_slat_guidance_strength": 1,
    "tex_slat_sampling_steps": 12,
    "tex_slat_rescale_t": 3,
    "mesh_scale": 1,
    "max_num_tokens": 49152,
    "decimation_target": 5000,
    "texture_size": 1024,
    "remesh": True
}
response = requests.post(url, json=data, headers={**headers, "X-Webhook-URL": f"http://{hooks}/terminal"})
check("pixal3d: accepted", response.status_code == 202, response.text)
request = response.json()
slow = requests.post(url, json=data, headers={**headers, "X-Webhook-URL": f"http://{hooks}/slow"}).json()
# An address for the end of every job, which always fails.
requests.post(f"{base}/maquette/v1/webhooks", headers=bearer, json={"url": f"http://{hooks}/broken"})
synced = requests.post(url, json=data, headers={
    **headers, "X-Webhook-URL": f"http://{hooks}/sync", "X-Webhook-Mode": "sync"}).json()

# ---- Pixal3D: curl ----
curled = json.loads(curl(
    "-X", "POST", url, "-H", "Content-Type: application/json", "-H", "Cache-Control: no-cache",
    "-H", f"Ocp-Apim-Subscription-Key: {key}", "--data-raw", json.dumps(data)))
check("pixal3d: curl", curled["status"] == "QUEUED", curled)
states = {}
for one in (request, slow, synced, curled):
    seen = []
    while True:
        status = json.loads(curl("-H", f"Ocp-Apim-Subscription-Key: {key}", one["polling_url"]))
        seen.append(status["status"])
        if status["status"] in ("COMPLETED", "FAILED", "ERROR"):
            break
        time.sleep(0.3)
    states[one["request_id"]] = status
    walk = ["QUEUED", "PROCESSING", "COMPLETED"]
    check("pixal3d: statuses never go back", all(s in walk for s in seen) and
          seen == sorted(seen, key=walk.index), seen)
final = states[request["request_id"]]
check("pixal3d: the model", triangles(fetch(final["output"]["media_url"][0]), "glb") > 100)
other = requests.post(f"{base}/pixal3d/v1/flux-request", json=data, headers=headers)
check("pixal3d: another model", other.status_code == 400 and other.json()["error"] == "Model not found", other.text)
time.sleep(4)


# ---- Webhooks ----
def told(where):
    return [(at, sent, json.loads(body), body) for at, path, sent, body in received if path == where]


events = told("/terminal")
check("webhook: one, at the end", len(events) == 1 and events[0][2]["status"] == "COMPLETED", len(events))
if events:
    _, sent, body, raw = events[0]
    check("webhook: as the status answer",
          {k: body[k] for k in ("request_id", "model_id")} == {k: final[k] for k in ("request_id", "model_id")}
          and body["output"]["media_type"] == "model/glb", body)
    secret = requests.get(f"{base}/maquette/v1/webhooks", headers=bearer).json()["secret"]
    stamp, signature = (part.split("=", 1)[1] for part in sent["X-Maquette-Signature"].split(","))
    wanted = hmac.new(secret.encode(), stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
    check("webhook: signed", wanted == signature, sent)
    check("webhook: id and attempt", sent["X-Maquette-Event-Id"].startswith("evt_")
          and sent["X-Maquette-Attempt"] == "1", sent)
check("webhook: a slow receiver keeps nobody waiting", len(told("/slow")) >= 1, len(told("/slow")))
syncs = told("/sync")
check("webhook: sync ends with the end", len(syncs) >= 2 and syncs[-1][2]["status"] == "COMPLETED", len(syncs))
gaps = [after[0] - before[0] for before, after in zip(syncs, syncs[1:])]
check("webhook: sync at most 15 s apart", all(gap <= 16 for gap in gaps), gaps)
deadline = time.time() + 20
while len(told("/broken")) < 5 and time.time() < deadline:
    time.sleep(0.5)
tries = told("/broken")
check("webhook: tried again with the same id", len(tries) >= 2 and
      len({sent["X-Maquette-Event-Id"] for _, sent, _, _ in tries}) < len(tries), len(tries))
refused = requests.post(url, json=data, headers={**headers, "X-Webhook-URL": "http://example.org/x"})
check("webhook: plain http is refused", refused.status_code == 400, refused.text)

check("it ends well", service.stop() == 0)
audit = service.audit()
check("the books", audit.stdout.strip() == "the books are right", audit.stdout + audit.stderr)
print(json.dumps({"problems": problems}))
