"""Ends the service and its workers at random, again and again, while clients submit; then waits until
all is done. A script stands in for the engine, so that the queue and not the renderer is tried.
Prints what was seen as JSON.

    drive_chaos.py MAQUETTE FOLDER MODEL.glb KILLS [POINT...]

With POINTs, each is instead a place between two steps where the process ends itself once.
"""

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import uuid

import requests
from service_process import Service

maquette, folder, path, kills = sys.argv[1:5]
points = sys.argv[5:]
stand_in = folder + "/stand-in"
with open(stand_in, "w") as file:
    file.write("""#!/bin/sh
sleep 0.05
for f in poster-thumb.png poster.png video.mp4 web.mp4 thumb.mp4 bundle.zip; do
  echo $f > $f; echo "{\\"ready\\":\\"$f\\"}"; echo '{"progress":0.5}'
done
echo '{"done":{"turntable":{"frames":1}}}'
""")
os.chmod(stand_in, 0o755)
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
service = Service(maquette, folder + "/data", "--billing", "enforce", "--workers", "2", credits=1_000_000,
                  environment={"MAQUETTE_JOB_PROGRAM": stand_in}, port=port)
headers = {"Authorization": f"Bearer {service.key}"}
api = f"http://127.0.0.1:{port}/v1"
accepted, refusals, lock, ending = [], [], threading.Lock(), threading.Event()


def insist(key, ask):
    """Asks until there is an answer, always with the same key."""
    while True:
        try:
            answer = ask({**headers, "Idempotency-Key": key})
            if answer.status_code < 500 and answer.status_code != 409:
                return answer
        except requests.RequestException:
            pass
        time.sleep(0.05)


with open(path, "rb") as file:
    content = file.read()
first = insist(str(uuid.uuid4()), lambda h: requests.post(
    f"{api}/models", headers=h, files={"file": ("m.glb", content)}, timeout=10))
model = first.json()["data"]["modelId"]


def client(seed):
    draw = random.Random(seed)
    while not ending.is_set():
        renders = [{"modelId": model, "renderSettings": {"length": 3}}] * draw.choice([1, 1, 2, 5])
        answer = insist(str(uuid.uuid4()), lambda h: requests.post(
            f"{api}/renders/batch", headers=h, json={"renders": renders}, timeout=10))
        with lock:
            if answer.status_code == 201:
                accepted.extend(r["renderId"] for r in answer.json()["data"]["renders"])
            else:
                refusals.append(answer.text)
        time.sleep(draw.uniform(0.1, 0.4))


def workers():
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/cmdline") as file:
                words = file.read().split("\0")
        except OSError:
            continue
        if "worker" in words[:2] and folder + "/data" in words:
            found.append(int(name))
    return found


clients = [threading.Thread(target=client, args=(seed,), daemon=True) for seed in range(2)]
for thread in clients:
    thread.start()
random.seed(7)
done = 0
while done < int(kills):
    time.sleep(random.uniform(0.05, 0.5))
    if random.random() < 0.3:
        service.kill()
        service.start()
    else:
        found = workers()
        if not found:
            continue
        try:
            os.kill(random.choice(found), signal.SIGKILL)
        except ProcessLookupError:
            continue
    done += 1
reached = []
for point in points:
    service.stop()
    service.environment["MAQUETTE_KILL_POINT"] = point
    try:
        service.start()
        service.process.wait(timeout=3)
        reached.append(point)
    except RuntimeError:  # It came there before it listened.
        reached.append(point)
    except subprocess.TimeoutExpired:  # Workers end there instead, and are started again.
        service.kill()
    del service.environment["MAQUETTE_KILL_POINT"]
    service.start()
ending.set()
for thread in clients:
    thread.join()

last = time.time()
database = sqlite3.connect(folder + "/data/maquette.db")
while time.time() - last < 120:
    left, = database.execute("SELECT COUNT(*) FROM job WHERE state IN ('queued', 'running')").fetchone()
    if left == 0:
        break
    time.sleep(0.2)
known = {row[0] for row in database.execute("SELECT public_id FROM job")}
books = service.audit()
print(json.dumps({
    "kills": done, "points": points, "serverEndedAt": reached, "accepted": len(accepted), "refusals": refusals[:3],
    "lost": len(set(accepted) - known), "extra": len(known) - 1 - len(set(accepted)), "left": left,
    "seconds": round(time.time() - last, 1),
    "states": dict(database.execute("SELECT state, COUNT(*) FROM job GROUP BY state").fetchall()),
    "integrity": database.execute("PRAGMA integrity_check").fetchone()[0],
    "books": books.stdout.strip() or books.stderr.strip(), "exit": service.stop(),
}))
