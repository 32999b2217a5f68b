"""A PostgreSQL on loopback for the drivers beside this file, in a folder of its own, ended by its number."""

import glob
import os
import shutil
import signal
import socket
import subprocess
import time


def programs():
    """The folder of PostgreSQL's programs, or None where it is not installed."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    return os.path.dirname(found[-1]) if found else None


class PostgreSQL:
    def __init__(self, folder):
        self.programs, self.folder = programs(), folder
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        # It does not run as root.
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        if self.user:
            shutil.chown(folder, "postgres", "postgres")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        subprocess.run([*self.user, f"{self.programs}/initdb", "-D", f"{folder}/db", "-U", "maquette", "-A", "trust",
                        "-E", "UTF8", "--locale=C.UTF-8"], check=True, stdout=subprocess.DEVNULL, cwd="/")
        self.start()

    def start(self):
        log = open(f"{self.folder}.log", "a")
        self.process = subprocess.Popen(
            [*self.user, f"{self.programs}/postgres", "-D", f"{self.folder}/db", "-p", str(self.port),
             "-c", "max_connections=500", "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.folder}"],
            stdout=log, stderr=log, cwd="/")
        for _ in range(300):
            if subprocess.run([f"{self.programs}/pg_isready", "-h", "127.0.0.1", "-p", str(self.port)],
                              stdout=subprocess.DEVNULL).returncode == 0:
                return
            time.sleep(0.1)
        raise RuntimeError("PostgreSQL did not start")

    def database(self, name):
        """Makes a database; gives its address."""
        subprocess.run([f"{self.programs}/createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "maquette", name],
                       check=True)
        return f"postgresql://maquette@127.0.0.1:{self.port}/{name}"

    def kill(self):
        """As a crash would: what was answered must be there afterwards."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
