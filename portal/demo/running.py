"""`make run`: the web server, the worker and a mailbox on this machine, with a demonstration force.

    python -m portal.demo.running --port 8000

Everything it makes lies in `var/` in the checkout. Ctrl-C stops all of it.
"""

import os
import sys
import time
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import click

from portal.demo.children import Children, Died, Stopped
from portal.demo.place import Place, Ports, Taken, choose_ports

PROGRAMS = Path(sys.executable).parent
READY_SECONDS = 120.0


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, help="The web server's port.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var"),
    help="Where the demonstration keeps its data.",
)
def main(port: int, folder: Path) -> None:
    """Run the portal with a demonstration force until Ctrl-C."""
    place = Place(folder)
    try:
        place.take()
        ports = choose_ports(port)
        if not place.is_built:
            place.clear_unfinished()
        run(place, ports)
    except Stopped:
        click.echo("\nStopped. The data is kept; `make run` goes on with it.")
    except (Taken, Died) as fault:
        raise click.ClickException(str(fault)) from None


def run(place: Place, ports: Ports) -> None:
    """Build what is missing, start every part, say where it is, and watch.

    Ends only by raising: `Stopped` or `Died`.
    """
    environment = _without_settings(os.environ) | place.settings(ports)
    with Children(place.logs, environment | {"PYTHONUNBUFFERED": "1"}) as children:
        _prepare(place, children)
        _start(place, ports, children)
        _wait_until_ready(ports, children)
        click.echo(welcome(place, ports))
        while True:
            children.watch()


def welcome(place: Place, ports: Ports) -> str:
    """What a person needs to know to try it."""
    web, mailbox = f"http://127.0.0.1:{ports.web}", f"http://127.0.0.1:{ports.mailbox}"
    return "\n".join(
        [
            "",
            "The portal is running.",
            "",
            f"  Ask for video       {web}/",
            f"  The back office     {web}/office/",
            f"  Every e-mail sent   {mailbox}/",
            f"  Sign-in codes       {mailbox}/sign-ins",
            "",
            "Demonstration handlers (name, passphrase, what they may do):",
            "",
            *_sign_ins(place),
            "",
            f"Logs are in {place.logs}. Ctrl-C stops everything and keeps the data.",
        ]
    )


def _sign_ins(place: Place) -> list[str]:
    people = place.people()
    wide = max((len(str(one["handler"])) for one in people), default=0)
    said = max((len(str(one["passphrase"])) for one in people), default=0)
    return [
        f"  {one['handler']:<{wide}}  {one['passphrase']:<{said}}  "
        + ", ".join(str(role).replace("_", " ") for role in one["roles"])
        for one in people
    ]


def _prepare(place: Place, children: Children) -> None:
    portal = str(PROGRAMS / "portal")
    children.finish("database", [portal, "db", "upgrade"])
    if not place.is_built:
        click.echo("Building the demonstration force. This is done once.")
        children.finish("demonstration", [portal, "demo", "build"], aloud=True)
        place.mark_built()


def _start(place: Place, ports: Ports, children: Children) -> None:
    children.serve(
        "mailbox",
        [
            *(sys.executable, "-m", "portal.demo.mailbox"),
            *("--smtp-port", str(ports.smtp), "--web-port", str(ports.mailbox)),
            *("--folder", str(place.mail), "--sign-ins", str(place.sign_ins)),
            *("--portal-url", f"http://127.0.0.1:{ports.web}/"),
        ],
    )
    children.serve("worker", [str(PROGRAMS / "portal"), "worker"])
    children.serve(
        "web",
        [
            *(str(PROGRAMS / "gunicorn"), "--no-control-socket"),
            *("--bind", f"127.0.0.1:{ports.web}", "--workers", "2", "--threads", "8"),
            # Loading the house once, before the workers are born, halves the time to start.
            *("--preload", "--graceful-timeout", "3", "wsgi:app"),
        ],
    )


def _wait_until_ready(ports: Ports, children: Children) -> None:
    until = time.monotonic() + READY_SECONDS
    while not _is_ready(ports.web):
        if time.monotonic() > until:
            raise Died(f"The portal did not become ready in {READY_SECONDS:.0f} seconds.")
        children.watch()


def _is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _without_settings(environment: os._Environ[str]) -> dict[str, str]:
    # The demonstration is whole in itself: a real portal's settings must not leak into it.
    return {name: value for name, value in environment.items() if not name.startswith("PORTAL_")}


if __name__ == "__main__":
    main()
