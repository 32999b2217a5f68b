"""Services that the chaos is let loose on: one machine with SQLite, and several with PostgreSQL and S3."""

import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time

import requests

from postgres_process import PostgreSQL
from service_process import Service


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class OneMachine:
    """A server with two workers of its own."""

    def __init__(self, maquette, folder, environment):
        self.folder = folder
        self.service = Service(maquette, folder + "/data", "--billing", "enforce", "--workers", "2",
                               credits=1_000_000, environment=environment, port=free_port())
        self.key, self.urls = self.service.key, [f"http://127.0.0.1:{self.service.port}"]

    def workers(self):
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/cmdline") as file:
                    words = file.read().split("\0")
            except OSError:
                continue
            if "worker" in words[:2] and self.folder + "/data" in words:
                found.append(int(name))
        return found

    def kill_one(self):
        """Ends something at once, and lets it start again; False where there was nothing."""
        if random.random() < 0.3:
            self.service.kill()
            self.service.start()
            return True
        try:
            os.kill(random.choice(self.workers()), signal.SIGKILL)
        except (ProcessLookupError, IndexError):
            return False
        return True

    def end_at(self, point):
        """Runs on with a place where the process ends itself; whether the server came there."""
        self.service.stop()
        self.service.environment["MAQUETTE_KILL_POINT"] = point
        try:
            self.service.start()
            self.service.process.wait(timeout=3)
            reached = True
        except RuntimeError:  # It came there before it listened.
            reached = True
        except subprocess.TimeoutExpired:  # Workers end there instead, and are started again.
            self.service.kill()
            reached = False
        del self.service.environment["MAQUETTE_KILL_POINT"]
        self.service.start()
        return reached

    def query(self, sql):
        with sqlite3.connect(self.folder + "/data/maquette.db") as database:
            return database.execute(sql).fetchall()

    def integrity(self):
        return self.query("PRAGMA integrity_check")[0][0]

    def audit(self):
        return self.service.audit()

    def stop(self):
        return self.service.stop()


class SeveralMachines:
    """Two servers and three workers, each with a folder of its own, one worker over HTTP; PostgreSQL and a bucket
    between them."""

    def __init__(self, maquette, folder, environment):
        self.maquette, self.folder = maquette, folder
        self.postgres = PostgreSQL(folder + "-postgres")
        self.database = self.postgres.database("maquette")
        port = free_port()
        self.bucket = subprocess.Popen(
            [os.path.dirname(sys.executable) + "/moto_server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        endpoint = f"http://127.0.0.1:{port}"
        for _ in range(100):
            try:
                if requests.put(endpoint + "/chaos", timeout=5).ok:
                    break
            except requests.RequestException:
                time.sleep(0.1)
        self.environment = {**os.environ, **environment, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
        self.shared = ["--assets", "s3://chaos/files", "--s3-endpoint", endpoint]
        options = ["--billing", "enforce", "--workers", "0", *self.shared]
        self.servers = []
        for index in range(2):
            self.servers.append(Service(
                maquette, f"{folder}/server-{index}", *options, credits=1_000_000, environment=self.environment,
                port=free_port(), database=self.database, key=self.servers[0].key if index else None))
        self.key = self.servers[0].key
        self.urls = [f"http://127.0.0.1:{server.port}" for server in self.servers]
        self.worker_key = self.servers[0].make_key("fleet", "--scopes", "work")
        self.workers = [None] * 3
        for index in range(3):
            self.start_worker(index)

    def start_worker(self, index, **more):
        far = ["--server", self.urls[0]]
        near = ["--database", self.database, *self.shared]
        self.workers[index] = subprocess.Popen(
            [self.maquette, "worker", "--data", f"{self.folder}/worker-{index}", *(far if index == 2 else near)],
            stdout=subprocess.DEVNULL, stderr=open(f"{self.folder}/worker-{index}.log", "a"),
            env={**self.environment, "MAQUETTE_KEY": self.worker_key, **more})

    def end_worker(self, index):
        self.workers[index].kill()
        self.workers[index].wait()

    def kill_one(self):
        draw = random.random()
        if draw < 0.05:
            self.postgres.kill()
            self.postgres.start()
        elif draw < 0.35:
            server = random.choice(self.servers)
            server.kill()
            server.start()
        else:
            index = random.randrange(3)
            self.end_worker(index)
            self.start_worker(index)
        return True

    def end_at(self, point):
        server = self.servers[1]
        server.stop()
        self.end_worker(0)
        server.environment["MAQUETTE_KILL_POINT"] = point
        self.start_worker(0, MAQUETTE_KILL_POINT=point)
        try:
            server.start()
            server.process.wait(timeout=3)
            reached = True
        except RuntimeError:
            reached = True
        except subprocess.TimeoutExpired:
            server.kill()
            reached = False
        del server.environment["MAQUETTE_KILL_POINT"]
        self.end_worker(0)
        self.start_worker(0)
        server.start()
        return reached

    def query(self, sql):
        text = subprocess.run([f"{self.postgres.programs}/psql", "-At", self.database, "-c", sql],
                              capture_output=True, text=True, check=True).stdout
        rows = [line.split("|") for line in text.splitlines()]
        return [tuple(int(word) if word.isdigit() else word for word in row) for row in rows]

    def integrity(self):
        return "ok"

    def audit(self):
        return self.servers[0].audit()

    def stop(self):
        for index in range(3):
            self.end_worker(index)
        codes = [server.stop() for server in self.servers]
        self.bucket.kill()
        self.bucket.wait()
        self.postgres.stop()
        return max(codes)
