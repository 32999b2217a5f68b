"""A Maquette service on loopback for the drivers beside this file: started with a folder of its own,
ended by its number."""

import http.server
import json
import os
import subprocess
import threading


class Service:
    def __init__(self, maquette, folder, *options, credits=1000, wallet="dxgl", environment=None,
                 port=0, database=None, key=None):
        self.maquette, self.folder, self.options, self.port = maquette, folder, options, port
        self.environment = {**os.environ, **(environment or {})}
        # Where there is one, it is PostgreSQL's.
        self.database = ["--database", database] if database else []
        self.key = key or self.make_key("acme", "--prefix", "dxgl_sk_", "--credits", str(credits), "--wallet", wallet)
        self.start()

    def make_key(self, account, *options):
        return subprocess.run(
            [self.maquette, "keys", "--data", self.folder, *self.database, "--create", account, *options],
            capture_output=True, text=True, check=True).stdout.strip()

    def start(self):
        self.process = subprocess.Popen(
            [self.maquette, "serve", "--data", self.folder, "--listen", f"127.0.0.1:{self.port}", "--log",
             "errors", "--reads-per-minute", "0", "--writes-per-minute", "0", *self.database, *self.options],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=self.environment)
        for line in self.process.stderr:
            event = json.loads(line) if line.startswith("{") else {}
            if event.get("event") == "listening":
                self.url = event["url"]
                break
        else:
            raise RuntimeError("the service did not start")
        threading.Thread(target=self.drain, args=(self.process.stderr,), daemon=True).start()

    def drain(self, stream):
        for line in stream:
            if '"error"' in line or "trouble" in line:
                print(line, end="", file=os.sys.stderr)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Ends it as a system would; gives its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=120)

    def audit(self):
        return subprocess.run([self.maquette, "keys", "--data", self.folder, *self.database, "--audit"],
                              capture_output=True, text=True)


def serve_files(folder):
    """A web server over a folder; gives its address, as host:port."""
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *words):
            super().__init__(*words, directory=folder)

        def log_message(self, *words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"127.0.0.1:{server.server_port}"
