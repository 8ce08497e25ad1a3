"""The portal's own commands as real processes, and how much memory they take."""

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from portal.sealing import ensure_keys

PORTAL = str(Path(sys.executable).parent / "portal")
_LOOK_EVERY_S = 0.05


@dataclass(frozen=True)
class Ran:
    """What a command printed, how long it took, and the most memory its processes held."""

    output: str
    seconds: float
    peak_bytes: int


def environment(folder: Path, url: str) -> dict[str, str]:
    """The environment of a portal on that database, with its other files below `folder`."""
    for name in ("sealed", "footage"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    ensure_keys(folder / "keys.txt")
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return bare | {
        "PORTAL_DATABASE_URL": url,
        "PORTAL_BASE_URL": "http://localhost",
        "PORTAL_SECRET_KEY": "a secret for a benchmark only, 40 characters",
        "PORTAL_DATA_FOLDER": str(folder / "sealed"),
        "PORTAL_FOOTAGE_FOLDER": str(folder / "footage"),
        "PORTAL_KEYS_FILE": str(folder / "keys.txt"),
        # Nobody listens there: e-mail stays owed, and nothing leaves this machine.
        "PORTAL_MAIL_HOST": "127.0.0.1",
        "PORTAL_MAIL_PORT": "1",
    }


def run_portal(*arguments: str, given: dict[str, str]) -> Ran:
    """Run a command to its end. Raises `CalledProcessError` when it fails."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [PORTAL, *arguments], env=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    peak = [0]
    watcher = threading.Thread(target=_watch, args=(process, peak))
    watcher.start()
    output, told = process.communicate()
    seconds = time.perf_counter() - began
    watcher.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args, output, told)
    return Ran(output, seconds, peak[0])


def _watch(process: "subprocess.Popen[str]", peak: list[int]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], sum(map(_resident_bytes, _family(process.pid))))
        time.sleep(_LOOK_EVERY_S)


def _family(pid: int) -> list[int]:
    """The process and all that it started. Empty once it is gone."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").glob("*/children"))
        children = [int(child) for task in tasks for child in task.read_text().split()]
    except OSError:
        return []
    return [pid, *(one for child in children for one in _family(child))]


def _resident_bytes(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
