"""Processes that live and die together: each in its own group, stopped by its own id."""

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

GLANCE = 0.2
PATIENCE = 15.0
STOPPING = (signal.SIGINT, signal.SIGTERM)


class Stopped(Exception):
    """Somebody asked us to stop (Ctrl-C, or SIGTERM)."""


class Died(Exception):
    """A process ended that should not have; says which, and where its log is."""


@dataclass(frozen=True)
class Child:
    """One running process, and the file that holds what it said."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


class Children:
    """Starts processes, watches them, and stops them in the opposite order.

    Use it as a context manager: however the block ends, no process is left behind.
    """

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self._logs = logs
        self._environment = dict(environment)
        self._services: list[Child] = []
        self._stop = threading.Event()

    def __enter__(self) -> "Children":
        self._before = {one: signal.signal(one, self._on_signal) for one in STOPPING}
        return self

    def __exit__(self, *_: object) -> None:
        for child in reversed(self._services):
            stop(child)
        for one, handler in self._before.items():
            signal.signal(one, handler)

    def finish(self, name: str, command: Sequence[str], *, aloud: bool = False) -> None:
        """Run a command to its end. Raises `Died` when it fails, `Stopped` when we are told to.

        `aloud` shows its output on the terminal instead of in its log.
        """
        child = self._begin(name, command, aloud=aloud)
        try:
            while child.process.poll() is None:
                self.watch()
        finally:
            stop(child)
        if child.process.returncode:
            where = "see above" if aloud else f"see {child.log}\n\n{last_lines(child.log)}"
            raise Died(f"{name} did not succeed: {where}")

    def serve(self, name: str, command: Sequence[str]) -> None:
        """Start a process that is to run until we stop."""
        self._services.append(self._begin(name, command))

    def watch(self) -> None:
        """Wait for a moment. Raises `Stopped`, or `Died` when a service has ended by itself."""
        if self._stop.wait(GLANCE):
            raise Stopped
        for child in self._services:
            if child.process.poll() is not None:
                raise Died(
                    f"The {child.name} stopped by itself (exit {child.process.returncode}). "
                    f"The end of {child.log}:\n\n{last_lines(child.log)}"
                )

    def _begin(self, name: str, command: Sequence[str], *, aloud: bool = False) -> Child:
        log = self._logs / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*_dies_with_us(), *command],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=None if aloud else output,
                stderr=None if aloud else output,
                # Ctrl-C reaches us alone; we then stop the others in order.
                start_new_session=True,
            )
        return Child(name, process, log)

    def _on_signal(self, _signal: int, _frame: FrameType | None) -> None:
        self._stop.set()


def stop(child: Child) -> None:
    """Ask the process and its own children to end, and insist after a while."""
    if child.process.poll() is None:
        _signal_group(child, signal.SIGTERM)
    try:
        child.process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.process.kill()
        child.process.wait()
    # A parent that died left its own children to us; they would hold its port.
    _signal_group(child, signal.SIGKILL)


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, for a person to read."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])


def _signal_group(child: Child, wanted: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.process.pid, wanted)


def _dies_with_us() -> list[str]:
    # The kernel ends the child too, should we be killed outright; not every system has the tool.
    tool = shutil.which("setpriv")
    return [tool, "--pdeathsig", "TERM", "--"] if tool else []
