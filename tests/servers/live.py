"""A whole portal of real processes for one test: gunicorn, the worker and a mailbox."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner

from portal.cli import main
from portal.demo.keeping import Mailbox
from portal.sealing import ensure_keys

PROGRAMS = Path(sys.executable).parent
FOLDERS = ("sealed", "footage", "mail")
_PATIENCE = 60.0
_BUSY = """
    SELECT EXISTS (
        SELECT 1 FROM outbox_job WHERE status = 'leased'
            OR (status = 'owed' AND due_at <= strftime('%Y-%m-%d %H:%M:%f', 'now'))
    )
"""


@dataclass
class LivePortal:
    """A running portal on SQLite: where it is, what it mails, and its command line."""

    folder: Path
    web_port: int
    smtp_port: int
    mailbox_port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        """The file of its database."""
        return self.folder / "portal.sqlite"

    @property
    def database_url(self) -> str:
        """The same, as the settings have it."""
        return f"sqlite:///{self.database}"

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def mailbox(self) -> Mailbox:
        """Every e-mail it sent."""
        return Mailbox(self.folder / "mail")

    def environment(self) -> dict[str, str]:
        """The settings of every process."""
        bare = {name: value for name, value in os.environ.items() if "PORTAL_" not in name}
        return bare | {
            "PORTAL_DATABASE_URL": self.database_url,
            "PORTAL_BASE_URL": self.address,
            "PORTAL_SECRET_KEY": "a secret for tests only, 32 characters long",
            "PORTAL_DATA_FOLDER": str(self.folder / "sealed"),
            "PORTAL_FOOTAGE_FOLDER": str(self.folder / "footage"),
            "PORTAL_KEYS_FILE": str(self.folder / "keys.txt"),
            "PORTAL_MAIL_HOST": "127.0.0.1",
            "PORTAL_MAIL_PORT": str(self.smtp_port),
            "PORTAL_MAIL_LOOKUP_URL": f"http://127.0.0.1:{self.mailbox_port}/delivered/",
            "PORTAL_FORCE_NAME": "Testshire Police",
        }

    def portal(self, *words: str, **more: str) -> str:
        """Run a command of the command line; returns what it printed, raises when it failed."""
        done = CliRunner().invoke(main, words, env=self.environment() | more)
        assert done.exit_code == 0, done.output
        return done.stdout

    def start(self, name: str, *words: str) -> None:
        """Start a process that runs until the end; its output goes to a file of its own."""
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            words, env=self.environment(), stdout=log, stderr=log, start_new_session=True
        )
        log.close()

    def stop(self) -> None:
        """Stop every process, by its own id."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def begin_anew(self, new_database: Path) -> None:
        """Let its processes run on over a database and folders like new, once the worker has
        nothing left to do: to start them takes longer than most journeys."""
        with closing(sqlite3.connect(self.database, timeout=_PATIENCE)) as ours:
            self._wait(lambda: ours.execute(_BUSY).fetchone() == (0,))
            with closing(sqlite3.connect(new_database)) as new:
                new.backup(ours)
        for name in FOLDERS:
            for path in (self.folder / name).rglob("*"):
                if path.is_file() and not path.name.startswith("."):  # those are locks
                    path.unlink()

    def wait_until_ready(self) -> None:
        """Until /readyz says that every part answers."""
        self._wait(self._is_ready)

    def _wait(self, is_so: Callable[[], bool]) -> None:
        until = time.monotonic() + _PATIENCE
        while not is_so():
            assert time.monotonic() < until, self.logs()
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def logs(self) -> str:
        """What every process said."""
        return "\n".join(log.read_text() for log in sorted(self.folder.glob("*.log")))


def free_ports(count: int) -> list[int]:
    """Ports on loopback that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@contextmanager
def live_portal(folder: Path, new_database: Path) -> Iterator[LivePortal]:
    """Start everything over a copy of a database with its tables; stop it by its own process
    ids."""
    web, smtp, mailbox = free_ports(3)
    portal = LivePortal(folder, web, smtp, mailbox)
    shutil.copyfile(new_database, portal.database)
    for name in FOLDERS:
        (folder / name).mkdir()
    ensure_keys(folder / "keys.txt")
    try:
        portal.start(
            "mailbox",
            *(sys.executable, "-m", "portal.demo.mailbox", "--smtp-port", str(smtp)),
            *("--web-port", str(mailbox), "--folder", str(folder / "mail")),
        )
        portal.start("worker", str(PROGRAMS / "portal"), "worker")
        portal.start(
            "web",
            *(str(PROGRAMS / "gunicorn"), "--no-control-socket", "--bind", f"127.0.0.1:{web}"),
            *("--workers", "1", "--threads", "8", "--graceful-timeout", "2", "wsgi:app"),
        )
        portal.wait_until_ready()
        yield portal
    finally:
        portal.stop()
