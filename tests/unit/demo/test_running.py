"""What `make run` promises: free ports, kept secrets, and no process left behind."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from portal.config import read_settings
from portal.demo.children import Children, Died, Stopped
from portal.demo.place import Place, Ports, Taken, choose_ports
from portal.demo.running import welcome

PORTS = Ports(web=8000, mailbox=8001, smtp=8002)
FOREVER = "import time; print('here', flush=True); time.sleep(600)"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path / "var")
    made.take()
    return made


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def is_running(process: int) -> bool:
    """Whether it does anything still; one that only waits to be noticed does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def watch_on(children: Children) -> None:
    while True:
        children.watch()


def wait_for_text(path: Path, wanted: str) -> str:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if path.exists() and wanted in path.read_text():
            return path.read_text()
        time.sleep(0.02)
    raise AssertionError(f"{wanted!r} never came")


def test_the_settings_start_a_portal(place: Place) -> None:
    settings = read_settings(place.settings(PORTS))
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.mail_lookup_url == "http://127.0.0.1:8001/delivered/"
    assert settings.data_folder.is_dir()


def test_secrets_are_made_once_and_read_by_nobody_else(place: Place) -> None:
    first = place.settings(PORTS)
    second = place.settings(Ports(web=9000, mailbox=9001, smtp=9002))
    assert first["PORTAL_SECRET_KEY"] == second["PORTAL_SECRET_KEY"]
    assert len(first["PORTAL_SECRET_KEY"]) >= 32
    for name in ("demo.env", "keys.txt"):
        assert stat.S_IMODE((place.folder / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(place.folder.stat().st_mode) == 0o700


def test_the_settings_can_be_read_by_a_shell(place: Place) -> None:
    settings = place.settings(PORTS)
    script = 'set -a; . "$0"; printf %s "$PORTAL_SECRET_KEY"'
    told = subprocess.run(
        ["/bin/sh", "-c", script, str(place.folder / "demo.env")], check=True, capture_output=True
    )
    assert told.stdout.decode() == settings["PORTAL_SECRET_KEY"]


def test_a_first_build_cut_short_is_begun_again(place: Place) -> None:
    settings = place.settings(PORTS)
    (place.folder / "portal.sqlite").touch()
    (place.folder / "portal.sqlite-wal").touch()
    (place.folder / "footage" / "one.mp4").touch()
    place.clear_unfinished()
    assert sorted(path.name for path in place.folder.iterdir()) == [
        "demo.env",
        "keys.txt",
        "log",
        "running.lock",
    ]
    assert place.settings(PORTS) == settings
    assert not place.is_built
    place.mark_built()
    assert Place(place.folder).is_built


def test_one_folder_runs_once(place: Place) -> None:
    with pytest.raises(Taken, match="already running"):
        Place(place.folder).take()


def test_a_taken_port_is_said_plainly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Taken, match=f"Port {port} is taken"):
            choose_ports(port)


def test_the_mailbox_gives_way_when_its_ports_are_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        ports = choose_ports(taken - 1)
    assert ports.web == taken - 1
    assert taken not in (ports.mailbox, ports.smtp)
    assert ports.mailbox != ports.smtp


def test_services_stop_with_us_and_so_do_their_own_children(tmp_path: Path) -> None:
    nested = (
        "import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', {FOREVER!r}])\n"
        "print('child', child.pid, flush=True)\n"
        "child.wait()"
    )
    with Children(tmp_path, os.environ) as children:
        children.serve("nested", python(nested))
        said = wait_for_text(tmp_path / "nested.log", "here")
        grandchild = int(said.split()[said.split().index("child") + 1])
        assert is_running(grandchild)
    until = time.monotonic() + 10
    while is_running(grandchild) and time.monotonic() < until:
        time.sleep(0.02)
    assert not is_running(grandchild)


def test_a_service_that_ends_by_itself_is_named_with_its_log(tmp_path: Path) -> None:
    with Children(tmp_path, os.environ) as children:
        children.serve("worker", python("raise SystemExit('the disk is full')"))
        with pytest.raises(Died, match=r"The worker stopped by itself(?s:.)*the disk is full"):
            watch_on(children)


def test_a_step_that_fails_is_named_with_its_log(tmp_path: Path) -> None:
    with Children(tmp_path, os.environ) as children:
        children.finish("database", python("print('fine')"))
        with pytest.raises(Died, match=r"database did not succeed(?s:.)*no such table"):
            children.finish("database", python("raise SystemExit('no such table')"))


def test_being_told_to_stop_ends_a_long_step(tmp_path: Path) -> None:
    tell_us = f"import os, signal; os.kill({os.getpid()}, signal.SIGTERM)\n{FOREVER}"
    before = signal.getsignal(signal.SIGTERM)
    with Children(tmp_path, os.environ) as children, pytest.raises(Stopped):
        children.finish("demonstration", python(tell_us))
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_welcome_says_where_and_who(place: Place) -> None:
    place.sign_ins.write_text(
        '[{"name": "Ada", "handler": "ada", "passphrase": "river stone", "totp_secret": "x",'
        ' "roles": ["hold_owner", "intake"]}]'
    )
    text = welcome(place, PORTS)
    assert "http://127.0.0.1:8000/\n" in text
    assert "http://127.0.0.1:8001/sign-ins" in text
    assert re.search(r"ada +river stone +hold owner, intake", text)
