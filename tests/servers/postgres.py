"""A real PostgreSQL server on this machine: for the length of a test run, or of a benchmark."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import psycopg

SERVER_ACCOUNT = "postgres"
OWNER = "portal"
START_SECONDS, STOP_SECONDS = 60.0, 60.0
PORT_ATTEMPTS = 5
_NO_GROUPS: list[str] = []

# Speed over safety: what is in it can be made again.
MADE_AGAIN = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "jit": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}
# The time zone is deliberately not UTC, so that a query which leans on the server's zone is caught
# here and not in production.
OF_TESTS = {
    **MADE_AGAIN,
    "max_connections": "120",
    "shared_buffers": "64MB",
    "timezone": "Europe/London",
}


class NotInstalled(RuntimeError):
    """Something that is needed is not on this machine, or does not start; says what, in words."""


class PostgresServer:
    """Debian's PostgreSQL on a free loopback port, with its data in `folder`, which stays."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self._programs = _programs()
        # initdb refuses to run as root, so root lends the folder to the package's own account.
        self._account = SERVER_ACCOUNT if os.geteuid() == 0 else None
        self._folder, self._settings = folder, settings
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
        log = self._folder / "server.log"
        for _ in range(PORT_ATTEMPTS):
            with log.open("ab") as stream:
                self._process = self._run("postgres", *self._arguments(), log=stream)
            if self._answers(self._process):
                return
            self._halt()
            # Somebody else may have taken it meanwhile.
            self.port = _free_port()
        raise NotInstalled(f"PostgreSQL did not start:\n{log.read_text()[-2_000:]}")

    def stop(self) -> None:
        """Stop it; what was written is on the disk afterwards."""
        self._halt()

    def _halt(self) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
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

    def administer(self, statement: str) -> None:
        """Run a statement that is about whole databases."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def drop_database(self, name: str) -> None:
        """Remove the database, whoever is still connected to it."""
        self.administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def dump(self, url: str) -> bytes:
        """Everything that is in a database, as `pg_dump` writes it."""
        done = subprocess.run(
            [self._programs / "pg_dump", url],
            check=True,
            capture_output=True,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        )
        return done.stdout

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

    def _arguments(self) -> list[str]:
        settings = [f"--{name}={value}" for name, value in self._settings.items()]
        return ["-D", str(self.data), f"--port={self.port}", *settings]

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
            # Ctrl-C is for whoever started us, who then stops the server in order.
            start_new_session=True,
        )

    def _answers(self, process: "subprocess.Popen[bytes]") -> bool:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and process.poll() is None:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.03)
            else:
                return True
        return False


class PostgresForTests(PostgresServer):
    """A server in a temporary folder, with nothing left behind."""

    def __init__(self) -> None:
        super().__init__(Path(tempfile.mkdtemp(prefix="portal-postgres-")), OF_TESTS)

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        super().stop()
        shutil.rmtree(self._folder)

    def make_database(self, template: str = "template1") -> str:
        """Clone `template` under a new name; returns the name."""
        name = f"test_{uuid.uuid4().hex}"
        # Copying files is some three times faster here than the default way through the log.
        self.administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return name


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if not found:
        raise NotInstalled("There is no PostgreSQL server here: run `make setup-test`.")
    return found[-1].parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
