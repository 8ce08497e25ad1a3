"""The local mailbox: a real SMTP server that keeps what it receives, and shows it on a page.

    python -m portal.demo.mailbox --smtp-port 8002 --web-port 8001 --folder var/mail

A message is on the disk before the sender hears "250", and its file is named after its
Message-ID, so that a sender who never heard the answer can ask whether it arrived:
`GET /delivered/<key>` answers `{"copies": n}`, or 404 when there is none. The key is the
SHA-256, in lower-case hexadecimal, of the Message-ID with its angle brackets.
"""

import logging
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

import click

from portal.demo.keeping import Keeper, Mailbox
from portal.demo.listening import SmtpListener
from portal.demo.mailbox_pages import MailboxPages

log = logging.getLogger("portal.demo.mailbox")


@click.command()
@click.option("--smtp-port", type=click.IntRange(0, 65535), default=0, help="0: any free port.")
@click.option("--web-port", type=click.IntRange(0, 65535), default=0, help="0: any free port.")
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="Keep mail here.")
@click.option("--sign-ins", type=click.Path(path_type=Path), help="The demonstration sign-ins.")
@click.option("--portal-url", default="", help="Where the portal is, to link back to it.")
def main(
    smtp_port: int, web_port: int, folder: Path, sign_ins: Path | None, portal_url: str
) -> None:
    """Run the local mailbox on this machine's loopback address until it is told to stop."""
    logging.basicConfig(stream=sys.stdout, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("portal.demo").setLevel(logging.INFO)
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    mailbox = Mailbox(folder)
    pages = MailboxPages(mailbox, port=web_port, sign_ins=sign_ins, portal_url=portal_url)
    smtp = SmtpListener(Keeper(mailbox), port=smtp_port)
    pages.start()
    smtp.start()
    log.info("mail is taken at %s:%d and shown at %s", smtp.host, smtp.port, pages.url)
    stopped.wait()
    smtp.stop()
    pages.stop()


if __name__ == "__main__":
    main()
