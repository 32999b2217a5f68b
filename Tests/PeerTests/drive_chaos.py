"""Ends a service and its workers at random, again and again, while clients submit; then waits until
all is done. A script stands in for the engine, so that the queue and not the renderer is tried.
Prints what was seen as JSON.

    drive_chaos.py MAQUETTE FOLDER MODEL.glb one|several KILLS [POINT...]

`one` machine has SQLite; `several` have PostgreSQL, which is ended too, and an S3 bucket. With POINTs, each
is instead a place between two steps where a process ends itself once.
"""

import json
import os
import random
import sys
import threading
import time
import uuid

import requests

from fleets import OneMachine, SeveralMachines

maquette, folder, path, kind, kills = sys.argv[1:6]
points = sys.argv[6:]
os.makedirs(folder, exist_ok=True)
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
fleet = {"one": OneMachine, "several": SeveralMachines}[kind](
    maquette, folder, {"MAQUETTE_JOB_PROGRAM": stand_in, "MAQUETTE_LEASE_SECONDS": "12"})
headers = {"Authorization": f"Bearer {fleet.key}"}
accepted, refusals, lock, ending = [], [], threading.Lock(), threading.Event()


def insist(ask):
    """Asks one server after another until there is an answer, always with the same key."""
    key = str(uuid.uuid4())
    while True:
        try:
            answer = ask(random.choice(fleet.urls) + "/v1", {**headers, "Idempotency-Key": key})
            if answer.status_code < 500 and answer.status_code != 409:
                return answer
        except requests.RequestException:
            pass
        time.sleep(0.05)


with open(path, "rb") as file:
    content = file.read()
first = insist(lambda url, h: requests.post(f"{url}/models", headers=h, files={"file": ("m.glb", content)}, timeout=10))
model = first.json()["data"]["modelId"]


def client(seed):
    draw = random.Random(seed)
    while not ending.is_set():
        renders = [{"modelId": model, "renderSettings": {"length": 3}}] * draw.choice([1, 1, 2, 5])
        answer = insist(lambda url, h: requests.post(
            f"{url}/renders/batch", headers=h, json={"renders": renders}, timeout=10))
        with lock:
            if answer.status_code == 201:
                accepted.extend(r["renderId"] for r in answer.json()["data"]["renders"])
            else:
                refusals.append(answer.text)
        time.sleep(draw.uniform(0.1, 0.4))


clients = [threading.Thread(target=client, args=(seed,), daemon=True) for seed in range(2)]
for thread in clients:
    thread.start()
random.seed(7)
done = 0
while done < int(kills):
    time.sleep(random.uniform(0.05, 0.5))
    done += fleet.kill_one()
reached = [point for point in points if fleet.end_at(point)]
ending.set()
for thread in clients:
    thread.join()

last = time.time()
while time.time() - last < 180:
    (left,), = fleet.query("SELECT COUNT(*) FROM job WHERE state IN ('queued', 'running')")
    if left == 0:
        break
    time.sleep(0.2)
known = {row[0] for row in fleet.query("SELECT public_id FROM job")}
books = fleet.audit()
print(json.dumps({
    "kills": done, "points": points, "serverEndedAt": reached, "accepted": len(accepted), "refusals": refusals[:3],
    "lost": len(set(accepted) - known), "extra": len(known) - 1 - len(set(accepted)), "left": left,
    "seconds": round(time.time() - last, 1),
    "states": dict(fleet.query("SELECT state, COUNT(*) FROM job GROUP BY state")),
    "integrity": fleet.integrity(),
    "books": books.stdout.strip() or books.stderr.strip(), "exit": fleet.stop(),
}))
