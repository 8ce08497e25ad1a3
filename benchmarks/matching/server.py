"""One PostgreSQL server for the portal's databases and PostGIS's, set up as in production.

Its data stays in the folder of the run, so that the next run finds what was loaded.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import IO

import psycopg

ACCOUNT, OWNER = "postgres", "portal"
START_SECONDS, STOP_SECONDS = 60.0, 60.0
_NO_GROUPS: list[str] = []

SETTINGS = {
    "shared_buffers": "1GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "512MB",
    "effective_cache_size": "4GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
    # What is loaded here can be loaded again: nothing waits for the disk to have it.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # Every load ends with VACUUM ANALYZE; nothing else may run beside what is measured.
    "autovacuum": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}


class NotInstalled(Exception):
    """Something that the benchmark needs is not on this machine; says what, in words."""


class Server:
    """PostgreSQL on a free port of this machine, over the data in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._programs = _programs()
        # PostgreSQL refuses to run as root, which lends its folder to the package's own account.
        self._account = ACCOUNT if os.geteuid() == 0 else None
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()

    @property
    def data(self) -> Path:
        """The folder of the server's files."""
        return self._folder / "data"

    def start(self) -> None:
        """Start it, on a new cluster if there is none; returns when it answers."""
        if not (self.data / "PG_VERSION").exists():
            self._make()
        with (self._folder / "server.log").open("ab") as log:
            self._process = self._run(
                "postgres",
                *("-D", str(self.data), f"--port={self.port}"),
                *(f"--{name}={value}" for name, value in SETTINGS.items()),
                log=log,
            )
        self._wait()

    def stop(self) -> None:
        """Stop it by its own process id; what was loaded is on the disk afterwards."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)  # PostgreSQL's "fast" shutdown
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def url(self, name: str) -> str:
        """The address of the database called `name`."""
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{name}"

    def renew(self, name: str) -> str:
        """An empty database of that name, in place of what was there; returns its address."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.url(name)

    def vacuum(self, name: str) -> None:
        """VACUUM ANALYZE the database, and write everything down."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")

    def version(self) -> str:
        """What it calls itself."""
        with psycopg.connect(self.url("postgres")) as connection:
            row = connection.execute("SHOW server_version").fetchone()
        return str(row[0]) if row else ""

    def _make(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._account:
            shutil.chown(self._folder, self._account)
        making = self._run(
            "initdb",
            *(f"--pgdata={self.data}", f"--username={OWNER}", "--auth=trust", "--encoding=UTF8"),
            *("--locale=C.UTF-8", "--no-sync"),
            log=subprocess.DEVNULL,
        )
        if making.wait():
            raise NotInstalled(f"PostgreSQL could not make its files in {self._folder}")

    def _run(
        self, program: str, *arguments: str, log: IO[bytes] | int
    ) -> "subprocess.Popen[bytes]":
        # The kernel stops it too, should this program be killed outright.
        dies_with_us = ["setpriv", "--pdeathsig", "INT", "--"]
        return subprocess.Popen(
            [*dies_with_us, str(self._programs / program), *arguments],
            stdout=log,
            stderr=log,
            cwd=self._folder,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            user=self._account,
            group=self._account,
            extra_groups=_NO_GROUPS if self._account else None,
            start_new_session=True,
        )

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        self.stop()
        log = (self._folder / "server.log").read_text()[-2_000:]
        raise NotInstalled(f"PostgreSQL did not start:\n{log}")


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if not found:
        raise NotInstalled("There is no PostgreSQL server here: run `make setup-bench`.")
    return found[-1].parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
