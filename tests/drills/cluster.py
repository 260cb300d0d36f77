"""A PostgreSQL cluster of a drill's own: made, killed, filled up and thrown away; never the one on 5432."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tests.lighthouse import free_port

FAST = ["-c", "shared_buffers=32MB", "-c", "max_connections=60", "-c", "log_min_messages=fatal"]


def binaries():
    """Return the folder of the newest PostgreSQL of this machine, or None."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(found, key=lambda path: int(path.parent.parent.name), default=None)
    if newest:
        return newest.parent
    return Path(at).parent if (at := shutil.which("initdb")) else None


def unprivileged():
    """Return the keywords that start a process as somebody PostgreSQL agrees to run as."""
    if os.geteuid():
        return {}
    known = {entry.pw_name for entry in pwd.getpwall()}
    name = "postgres" if "postgres" in known else "nobody"
    return {"user": name, "group": pwd.getpwnam(name).pw_gid, "extra_groups": []}


class Cluster:
    """A cluster in a folder of its own (``folder``: one that is there already, such as a small file system)."""

    def __init__(self, folder=None):
        self.bin, self.port, self.process = binaries(), free_port(), None
        self.owns = folder is None
        self.folder = Path(folder or tempfile.mkdtemp(prefix="stridewell-cluster-"))
        if runs_as := unprivileged().get("user"):
            shutil.chown(self.folder, runs_as)
        self.folder.chmod(0o700)
        self.data = self.folder / "data"
        made = [self.bin / "initdb", "-D", self.data, "-U", "drill", "-A", "trust", "-E", "UTF8", "--locale=C"]
        subprocess.run([*made, "--no-sync"], check=True, capture_output=True, cwd="/", **unprivileged())

    def start(self):
        """Start it and wait until it answers."""
        told = ["-D", self.data, "-p", str(self.port), "-h", "127.0.0.1", "-k", self.folder, *FAST]
        log = open(self.folder.parent / f"{self.folder.name}.log", "ab")  # noqa: SIM115
        self.process = subprocess.Popen(
            [self.bin / "postgres", *told], stdout=log, stderr=log, cwd="/", start_new_session=True, **unprivileged()
        )
        log.close()
        until = time.monotonic() + 60
        while subprocess.run([self.bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode:
            assert time.monotonic() < until and self.process.poll() is None, "PostgreSQL did not start"
            time.sleep(0.1)
        return self

    def stop(self, how=signal.SIGINT):
        """Stop it as an administrator would (SIGINT: at once, and cleanly; SIGQUIT: as after a loss of power)."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=60)

    def sql(self, command, database="postgres"):
        """Run one command as the owner."""
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "drill", "-d", database]
        done = subprocess.run(
            [self.bin / "psql", "-XqtA", "-v", "ON_ERROR_STOP=1", *where, "-c", command], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def url(self, database):
        """Return where the product finds a database of it."""
        return f"postgres://drill@127.0.0.1:{self.port}/{database}"

    def remove(self):
        """Stop it and leave nothing behind."""
        self.stop(signal.SIGQUIT)
        if self.owns:
            shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder.parent / f"{self.folder.name}.log").unlink(missing_ok=True)
