"""A real nginx in front of a portal, set up as `docs/running.md` says: with its very words."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RUNNING = Path(__file__).parents[2] / "docs" / "running.md"
_PATIENCE_S = 30.0
_AROUND = """
worker_processes 1;
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    default_type application/octet-stream;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        {places}
    }}
}}
"""


def places(*, portal_port: int, opened: Path) -> str:
    """What the page tells people to copy: the places of downloads and of plain copies, with the
    portal's port and the folder of this machine."""
    blocks = re.findall(r"^```\n(location .+?)^```", RUNNING.read_text(), re.DOTALL | re.MULTILINE)
    told = "".join(blocks)
    assert told.count("127.0.0.1:8001") == 1 and told.count("/srv/portal-opened/") == 1, told
    told = told.replace("127.0.0.1:8001", f"127.0.0.1:{portal_port}")
    return told.replace("/srv/portal-opened/", f"{opened}/")


@contextmanager
def nginx_in_front(folder: Path, *, portal_port: int, opened: Path) -> Iterator[int]:
    """Serve the portal's downloads through nginx; gives the port."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert program, "nginx is not installed: `make setup-test` installs it"
    port = _free_port()
    written = _AROUND.format(
        # Started by root, its workers would be of an account that cannot reach a test's folder.
        user="user root;" if os.geteuid() == 0 else "",
        folder=folder,
        port=port,
        places=places(portal_port=portal_port, opened=opened),
    )
    (folder / "nginx.conf").write_text(written)
    words = [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with (folder / "nginx.out").open("ab") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log)
    try:
        _wait(port, process, folder)
        yield port
    finally:
        process.terminate()
        process.wait(_PATIENCE_S)


def _wait(port: int, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    until = time.monotonic() + _PATIENCE_S
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    told = [path.read_text() for path in folder.glob("nginx.*") if path.suffix in (".out", ".log")]
    raise AssertionError(f"nginx does not answer:\n{''.join(told)}")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
