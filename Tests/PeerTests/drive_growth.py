"""A service that has outgrown its machine: files in a bucket that checks signatures, the work done over HTTP by two
workers that share nothing with the server but its address, the real engine behind. Prints a JSON object.

    drive_growth.py MAQUETTE FOLDER MODEL.glb
"""

import json
import os
import shutil
import subprocess
import sys
import time

import boto3
import requests

from fleets import free_port
from service_process import Service

maquette, folder, path = sys.argv[1:]
os.makedirs(folder, exist_ok=True)
problems = []


def check(name, holds, seen=""):
    if not holds:
        problems.append(f"{name}: {seen}")


# ---- A bucket for which a key is needed: what comes after the first four requests is checked ----
port = free_port()
endpoint = f"http://127.0.0.1:{port}"
bucket = subprocess.Popen(
    [os.path.dirname(sys.executable) + "/moto_server", "-H", "127.0.0.1", "-p", str(port)],
    env={**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": "4"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
for _ in range(300):
    try:
        requests.get(endpoint + "/moto-api/", timeout=5)
        break
    except requests.RequestException:
        time.sleep(0.1)
anybody = {"endpoint_url": endpoint, "region_name": "eu-central-1", "aws_access_key_id": "x",
           "aws_secret_access_key": "x"}
iam = boto3.client("iam", **anybody)
iam.create_user(UserName="maquette")
key = iam.create_access_key(UserName="maquette")["AccessKey"]
iam.put_user_policy(UserName="maquette", PolicyName="files", PolicyDocument=json.dumps({
    "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}))
boto3.client("s3", **anybody).create_bucket(
    Bucket="files", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
cloud = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
         "AWS_REGION": "eu-central-1"}
assets = ["--assets", "s3://files/one", "--s3-endpoint", endpoint]

wrong = subprocess.run(
    [maquette, "serve", "--data", folder + "/wrong", "--listen", "127.0.0.1:0", *assets], capture_output=True,
    text=True, env={**os.environ, **cloud, "AWS_SECRET_ACCESS_KEY": "wrong"}, timeout=60)
check("a wrong secret is refused", wrong.returncode == 3 and "403" in wrong.stderr, wrong.stderr)

# ---- The server, and two workers elsewhere ----
service = Service(maquette, folder + "/server", "--workers", "0", *assets, environment=cloud)
fleet = service.make_key("fleet", "--scopes", "work")
workers = []
for index in range(2):
    with open(f"{folder}/key-{index}", "w") as file:
        file.write(fleet + "\n")
    workers.append(subprocess.Popen(
        [maquette, "worker", "--server", service.url, "--key-file", f"{folder}/key-{index}", "--data",
         f"{folder}/worker-{index}"], stderr=open(f"{folder}/worker-{index}.log", "w"), stdout=subprocess.DEVNULL))
plain = Service(maquette, folder + "/plain", "--workers", "1")


def made(server):
    """What a server makes of the model: files of two renders by their names, and the model as it was sent."""
    auth = {"Authorization": f"Bearer {server.key}"}
    with open(path, "rb") as file:
        sent = requests.post(f"{server.url}/v1/models", headers=auth, files={"file": file}).json()["data"]
    order = {"modelId": sent["modelId"], "renderSettings": {"length": 3}}
    ordered = requests.post(f"{server.url}/v1/renders", headers=auth, json=order)
    check("it is ordered", ordered.status_code == 201, ordered.text)
    renders = [sent["renderId"], ordered.json()["data"]["renderId"]]
    files = {}
    for number, render in enumerate(renders):
        while True:
            state = requests.get(f"{server.url}/v1/renders/{render}", headers=auth).json()["data"]
            if state["status"] in ("done", "error"):
                break
            time.sleep(0.2)
        check("it is done", state["status"] == "done", state)
        for name in ("poster", "thumb", "video") if number else ("poster", "thumb"):
            answer = requests.get(f"{server.url}/v1/renders/{render}/{name}", headers=auth)
            check(f"{name} is served", answer.status_code == 200, answer.text[:200])
            files[f"{number} {name}"] = answer.content
    files["model"] = requests.get(f"{server.url}/maquette/v1/models/{sent['modelId']}/file", headers=auth).content
    return files, f"/v1/renders/{renders[0]}/poster", auth


def frames(video):
    """The hashes of its frames."""
    return subprocess.run(["ffmpeg", "-v", "error", "-i", "pipe:0", "-f", "framemd5", "-"], input=video,
                          capture_output=True, check=True).stdout


far, poster, auth = made(service)
near, _, _ = made(plain)
for name, content in far.items():
    # Of one and the same small video x264 writes now and then a byte more, by where it lies: its frames are the same.
    same = frames(content) == frames(near[name]) if name.endswith(" thumb") and name[0] == "1" else content == near[name]
    check(f"{name} is the same as made beside the server", same, len(content))
with open(path, "rb") as file:
    check("the model is as it was sent", far["model"] == file.read())
kept = boto3.client("s3", endpoint_url=endpoint, region_name="eu-central-1", aws_access_key_id=key["AccessKeyId"],
                    aws_secret_access_key=key["SecretAccessKey"]).list_objects_v2(Bucket="files", Prefix="one/")
check("files are in the bucket", kept["KeyCount"] >= 6, kept["KeyCount"])
shutil.rmtree(folder + "/server/near")
again = requests.get(service.url + poster, headers=auth)
check("what is no longer near is fetched", again.content == far["0 poster"], again.status_code)
shutil.rmtree(folder + "/server/near")
part = requests.get(service.url + poster, headers={**auth, "Range": "bytes=0-3"})
check("and in parts", part.status_code == 206 and part.content == far["0 poster"][:4], part.status_code)
ready = requests.get(service.url + "/readyz").json()
check("the server knows its workers", not [t for t in ready.get("troubles", []) if "worker" in t], ready)

# ---- Ends ----
shared = []
for index, worker in enumerate(workers):
    worker.terminate()
    check("a worker ends well", worker.wait(timeout=60) == 0, worker.returncode)
    with open(f"{folder}/worker-{index}.log") as file:
        shared.append(sum('"event":"job"' in line.replace(" ", "") for line in file))
check("nothing of it is left", not [f for i in range(2) for _, _, fs in os.walk(f"{folder}/worker-{i}") for f in fs])
refused = subprocess.run([maquette, "worker", "--server", service.url, "--data", folder + "/x"], capture_output=True,
                         text=True, env={k: v for k, v in os.environ.items() if k != "MAQUETTE_KEY"})
check("without a key it says so", refused.returncode == 2 and "MAQUETTE_KEY" in refused.stderr, refused.stderr)
for server in (service, plain):
    check("it ends well", server.stop() == 0)
    check("the books", server.audit().stdout.strip() == "the books are right")
bucket.kill()
bucket.wait()
print(json.dumps({"problems": problems, "jobsOfEachWorker": shared}))
