"""The two servers as real processes: nginx with the plain file, the portal with the sealed one."""

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PATIENCE_S = 60.0
_NGINX = """
worker_processes {processes};
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    default_type application/octet-stream;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


class NotInstalled(Exception):
    """What is compared with is not on this machine."""


@dataclass(frozen=True)
class Server:
    """A running server: its port, and its first process."""

    port: int
    process: "subprocess.Popen[bytes]"

    def memory(self) -> int:
        """The bytes that its processes have for themselves alone."""
        return sum(_own_bytes(pid) for pid in _family(self.process.pid))


@contextmanager
def nginx(folder: Path, root: Path, *, processes: int) -> Iterator[Server]:
    """Serve the files in `root` plain. Raises `NotInstalled`."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise NotInstalled("nginx is not installed here: `make setup-bench` installs it.")
    port = _free_port()
    for above in (folder, root):
        above.chmod(0o755)  # its own account must be able to come through to the file
    written = _NGINX.format(processes=processes, folder=folder, root=root, port=port)
    (folder / "nginx.conf").write_text(written)
    words = [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with _running(words, dict(os.environ), folder / "nginx.out", port) as server:
        yield server


@contextmanager
def portal(folder: Path, environment: dict[str, str], *, processes: int) -> Iterator[Server]:
    """Serve downloads as a real portal does, with its own configuration."""
    port = _free_port()
    words = [
        *(str(Path(sys.executable).parent / "gunicorn"), "--bind", f"127.0.0.1:{port}"),
        *("--config", "python:portal.web.download_server", "wsgi:app"),
    ]
    given = environment | {"DOWNLOAD_PROCESSES": str(processes)}
    with _running(words, given, folder / "portal.out", port) as server:
        yield server


@contextmanager
def _running(
    words: list[str], environment: dict[str, str], log: Path, port: int
) -> Iterator[Server]:
    with log.open("ab") as target:
        process = subprocess.Popen(words, env=environment, stdout=target, stderr=target)
    try:
        _wait(port, process, log)
        yield Server(port, process)
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + _PATIENCE_S
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except urllib.error.HTTPError:
            return  # it has no such page, and it answers
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
    raise RuntimeError(f"{process.args!r} does not answer:\n{log.read_text()}")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _family(pid: int) -> list[int]:
    """The process and all that it started."""
    tasks = list(Path(f"/proc/{pid}/task").glob("*/children"))
    children = [int(child) for task in tasks for child in task.read_text().split()]
    return [pid, *(one for child in children for one in _family(child))]


def _own_bytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    private = (line.split() for line in lines if line.startswith("Private_"))
    return sum(int(kilobytes) * 1024 for _, kilobytes, _ in private)
