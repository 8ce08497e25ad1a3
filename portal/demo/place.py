"""The folder that the demonstration lives in: its secrets, settings, ports and lock."""

import fcntl
import json
import os
import secrets
import shutil
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.sealing import ensure_keys

BUILT = "demo-is-built"
SETTINGS = "demo.env"
SECRET_NAME = "PORTAL_SECRET_KEY"  # noqa: S105 (the name, not the secret)


class Taken(Exception):
    """A port or the folder is in use by something else; says so to a person."""


@dataclass(frozen=True)
class Ports:
    """Where each part listens, on the loopback address."""

    web: int
    mailbox: int
    smtp: int


class Place:
    """The `var` folder of a checkout. Nothing outside it is ever written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.logs = self.folder / "log"
        self.mail = self.folder / "mail"
        self.sign_ins = self.folder / "demo-sign-ins.json"
        self._lock: int | None = None

    def take(self) -> None:
        """Make the folder ours. Raises `Taken` when another supervisor has it."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        # Held until this process ends, however it ends.
        self._lock = os.open(self.folder / "running.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Taken(f"The portal is already running from {self.folder}.") from None

    @property
    def is_built(self) -> bool:
        """Whether the demonstration was once built to its end."""
        return (self.folder / BUILT).exists()

    def mark_built(self) -> None:
        """From now on the data here is kept."""
        (self.folder / BUILT).touch()

    def clear_unfinished(self) -> None:
        """Remove what an interrupted first build left. Never called on a finished one."""
        for name in ("sealed", "footage", "mail"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for file in (*self.folder.glob("portal.sqlite*"), self.sign_ins):
            file.unlink(missing_ok=True)

    def settings(self, ports: Ports) -> dict[str, str]:
        """The portal's environment; also written to `var/demo.env`, for use at the command line.

        The secrets are made once and kept.
        """
        keys = self.folder / "keys.txt"
        ensure_keys(keys)
        settings = {
            "PORTAL_DATABASE_URL": f"sqlite:///{self.folder / 'portal.sqlite'}",
            "PORTAL_BASE_URL": f"http://127.0.0.1:{ports.web}",
            SECRET_NAME: self._secret() or secrets.token_urlsafe(48),
            "PORTAL_DATA_FOLDER": str(_made(self.folder / "sealed")),
            "PORTAL_FOOTAGE_FOLDER": str(_made(self.folder / "footage")),
            "PORTAL_KEYS_FILE": str(keys),
            "PORTAL_MAIL_HOST": "127.0.0.1",
            "PORTAL_MAIL_PORT": str(ports.smtp),
            "PORTAL_MAIL_LOOKUP_URL": f"http://127.0.0.1:{ports.mailbox}/delivered/",
            "PORTAL_MAIL_FROM": "video-requests@demonstration.example",
            "PORTAL_FORCE_NAME": "Demonstration Police",
        }
        self._write(settings)
        return settings

    def people(self) -> list[dict[str, Any]]:
        """The demonstration handlers, as `portal demo build` wrote them."""
        if not self.sign_ins.is_file():
            return []
        people: list[dict[str, Any]] = json.loads(self.sign_ins.read_text(encoding="utf-8"))
        return people

    def _secret(self) -> str | None:
        file = self.folder / SETTINGS
        lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
        found = [
            line.partition("=")[2].strip("'") for line in lines if line.startswith(SECRET_NAME)
        ]
        return found[0] if found else None

    def _write(self, settings: Mapping[str, str]) -> None:
        fresh = self.folder / f".{SETTINGS}"
        lines = [f"{name}='{value}'" for name, value in settings.items()]
        descriptor = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("\n".join(["# Made by `make run`. Holds secrets.", *lines, ""]))
        fresh.rename(self.folder / SETTINGS)


def choose_ports(web: int) -> Ports:
    """`web` itself, and two more: the next ones up, or any that are free.

    Raises `Taken` when another program listens on `web`.
    """
    if not _is_free(web):
        raise Taken(f"Port {web} is taken by another program. Try: make run PORT={web + 100}")
    mailbox = _free_from(web + 1, but=())
    return Ports(web=web, mailbox=mailbox, smtp=_free_from(web + 2, but=(mailbox,)))


def _free_from(wanted: int, but: tuple[int, ...]) -> int:
    if wanted not in but and wanted <= 65535 and _is_free(wanted):
        return wanted
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
