"""The portal's worker as a real process."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from portal.config import Settings

PORTAL = str(Path(sys.executable).parent / "portal")
PATIENCE = 60.0


def environment_of(settings: Settings, database_url: str) -> dict[str, str]:
    """The environment in which a program meets these settings and this database."""
    given = {"PORTAL_DATABASE_URL": database_url}
    for entry in dataclasses.fields(Settings):
        if entry.name != "database_url":
            value = getattr(settings, entry.name)
            text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
            given[f"PORTAL_{entry.name.upper()}"] = text
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return bare | given


def wait_until(is_so: Callable[[], object], *, seconds: float = PATIENCE) -> None:
    """Wait until something is so; fails when it never is."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it never came about"
        time.sleep(0.02)


class WorkerProcess:
    """One life of `portal worker`, at most as long as the `with` block. `lines` is what it
    logged, as it logs it."""

    def __init__(self, environment: dict[str, str], *, lease: float = 300) -> None:
        self.lines: list[dict[str, Any]] = []
        self.others: list[str] = []
        self._process = subprocess.Popen(
            [PORTAL, "worker", "--lease", str(lease)],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # A test that fails must not leave it running.
        if self.is_running():
            self.kill()

    def taken(self, job: str = "") -> int:
        """How many jobs it took, or how many of one kind."""
        return sum(
            line["message"] == "job taken" and line["job"].startswith(job)
            for line in list(self.lines)
        )

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def kill(self) -> None:
        """Kill it outright: it can tidy nothing."""
        self._process.kill()
        self._end()

    def stop(self, *, seconds: float = PATIENCE) -> int:
        """Ask it to stop, and wait; returns its exit code."""
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(seconds)
        self._end()
        return code

    def _end(self) -> None:
        self._process.wait()
        self._reader.join()
        assert self._process.stderr is not None
        self._process.stderr.close()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            try:
                self.lines.append(json.loads(line))
            except ValueError:
                self.others.append(line)
