"""A whole portal of real processes for one test: gunicorn, the worker and a mailbox."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner

from portal.cli import main
from portal.demo.keeping import Mailbox
from portal.sealing import ensure_keys

PROGRAMS = Path(sys.executable).parent
_PATIENCE = 60.0


@dataclass
class LivePortal:
    """A running portal: where it is, what it mails, and its command line."""

    folder: Path
    database_url: str
    web_port: int
    smtp_port: int
    mailbox_port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

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

    def stop(self, name: str) -> None:
        """Stop a process, by its own id."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def wait_until_ready(self) -> None:
        """Until /readyz says that every part answers."""
        until = time.monotonic() + _PATIENCE
        while not self._is_ready():
            assert time.monotonic() < until, self.logs()
            time.sleep(0.2)

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
def live_portal(folder: Path, database_url: str) -> Iterator[LivePortal]:
    """Start everything over a database with its tables; stop it by its own process ids."""
    web, smtp, mailbox = free_ports(3)
    portal = LivePortal(folder, database_url, web, smtp, mailbox)
    for name in ("sealed", "footage", "mail"):
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
        for name in list(portal.processes):
            portal.stop(name)
