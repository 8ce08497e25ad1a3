"""The local mailbox keeps what it promised to keep, and answers when it is asked."""

import os
import re
import signal
import smtplib
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

import flask.testing
import pyotp
import pytest

from portal.demo.keeping import Keeper, Mailbox, delivery_key
from portal.demo.listening import SmtpListener
from portal.demo.mailbox_pages import create_pages, read_sign_ins, with_links

SIGN_INS = """[{"name": "Ada Example", "handler": "ada", "passphrase": "river stone lamp",
  "totp_secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "more": 1,
  "roles": ["intake", "hold_owner"]}]"""


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mail")


@pytest.fixture
def listener(mailbox: Mailbox) -> Iterator[SmtpListener]:
    server = SmtpListener(Keeper(mailbox))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def browser(mailbox: Mailbox) -> flask.testing.FlaskClient:
    return create_pages(mailbox).test_client()


def a_message(message_id: str = "<one@portal.example>", text: str = "Hello") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "portal@portal.example"
    message["To"] = "someone@example.org"
    message["Subject"] = "We have your request"
    message["Message-ID"] = message_id
    message.set_content(text)
    return message


def send(listener: SmtpListener, message: EmailMessage) -> None:
    with smtplib.SMTP(listener.host, listener.port, timeout=5) as connection:
        connection.send_message(message)


def test_what_was_sent_is_kept_byte_for_byte(listener: SmtpListener, mailbox: Mailbox) -> None:
    sent = b"Message-ID: <one@portal.example>\r\n\r\n.a full stop first\r\n\tcaf\xc3\xa9\r\n\r\n"
    with smtplib.SMTP(listener.host, listener.port, timeout=5) as connection:
        connection.sendmail("portal@portal.example", ["someone@example.org"], sent)
    (kept,) = mailbox.newest_first()
    assert kept.source() == sent
    assert kept.key == sha256(b"<one@portal.example>").hexdigest()


def test_a_second_delivery_is_kept_and_counted(listener: SmtpListener, mailbox: Mailbox) -> None:
    send(listener, a_message())
    send(listener, a_message())
    send(listener, a_message("<two@portal.example>"))
    assert mailbox.copies(delivery_key("<one@portal.example>")) == 2
    assert mailbox.copies(delivery_key("<two@portal.example>")) == 1
    assert len(mailbox.newest_first()) == 3


def test_a_message_without_an_id_is_named_by_its_bytes(mailbox: Mailbox) -> None:
    kept = mailbox.keep(b"Subject: none\r\n\r\nbody\r\n")
    assert kept.key == sha256(b"Subject: none\r\n\r\nbody\r\n").hexdigest()


def test_a_folded_id_is_the_same_id(mailbox: Mailbox) -> None:
    long_id = f"<{'a' * 90}@portal.example>"
    kept = mailbox.keep(f"Message-ID:\r\n {long_id}\r\n\r\nbody\r\n".encode())
    assert kept.key == delivery_key(long_id)


def test_a_message_cut_short_by_a_crash_is_not_seen(mailbox: Mailbox) -> None:
    (mailbox.folder / ".arriving-0123").write_bytes(b"half a mess")
    assert mailbox.newest_first() == []
    assert list(Mailbox(mailbox.folder).folder.iterdir()) == []


def test_a_full_disk_is_told_to_the_sender(listener: SmtpListener, mailbox: Mailbox) -> None:
    mailbox.folder.rmdir()
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(listener, a_message())
    assert refused.value.smtp_code == 452
    assert not mailbox.folder.exists()


def test_it_answers_whether_a_message_was_delivered(
    mailbox: Mailbox, browser: flask.testing.FlaskClient
) -> None:
    key = delivery_key("<one@portal.example>")
    assert browser.get(f"/delivered/{key}").status_code == 404
    mailbox.keep(a_message().as_bytes())
    mailbox.keep(a_message().as_bytes())
    answer = browser.get(f"/delivered/{key}")
    assert (answer.status_code, answer.json) == (200, {"copies": 2})


@pytest.mark.parametrize("key", ["*", "..", "?" * 64, "A" * 64, "[0-9]", "a" * 63])
def test_only_a_key_is_a_key(
    mailbox: Mailbox, browser: flask.testing.FlaskClient, key: str
) -> None:
    mailbox.keep(a_message().as_bytes())
    assert mailbox.copies(key) == 0
    assert mailbox.find(key, 1) is None
    assert browser.get(f"/delivered/{key}").status_code == 404


def test_the_list_shows_the_newest_first_and_says_what_came_twice(
    mailbox: Mailbox, browser: flask.testing.FlaskClient
) -> None:
    for age, message_id in ((30, "<old@x>"), (20, "<new@x>"), (10, "<new@x>")):
        kept = mailbox.keep(a_message(message_id).as_bytes())
        os.utime(kept.path, (1_800_000_000 - age,) * 2)
    page = browser.get("/").text
    shown = re.findall(r'href="/messages/([0-9a-f]{64})/(\d)"', page)
    new, old = delivery_key("<new@x>"), delivery_key("<old@x>")
    assert shown == [(new, "2"), (new, "1"), (old, "1")]
    assert page.count("delivered again") == 1
    assert "15 January 2027, 07:59:50" in page


def test_a_message_is_shown_as_text_with_its_links(
    mailbox: Mailbox, browser: flask.testing.FlaskClient
) -> None:
    text = "<b>Go</b> to http://127.0.0.1:8000/f/abc-_9 (or https://x.example/?a=1&b=2)."
    kept = mailbox.keep(a_message(text=text).as_bytes())
    page = browser.get(f"/messages/{kept.key}/1").text
    assert "&lt;b&gt;Go&lt;/b&gt;" in page
    assert '<a href="http://127.0.0.1:8000/f/abc-_9">' in page
    assert '<a href="https://x.example/?a=1&amp;b=2">' in page
    assert browser.get(f"/messages/{kept.key}/2").status_code == 404
    assert browser.get(f"/messages/{kept.key}/1/source").data == kept.source()


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://a.example/x.", ["https://a.example/x"]),
        ("(https://a.example/x)", ["https://a.example/x"]),
        ("https://a.example/x\nhttps://b.example/", ["https://a.example/x", "https://b.example/"]),
        ("javascript:alert(1) ftp://a.example", []),
        ("no address", []),
    ],
)
def test_links_end_where_the_sentence_does(text: str, links: list[str]) -> None:
    pieces = with_links(text)
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, is_link in pieces if is_link] == links


def test_every_page_is_strict_about_what_it_loads(
    mailbox: Mailbox, browser: flask.testing.FlaskClient
) -> None:
    kept = mailbox.keep(a_message().as_bytes())
    for address in ("/", f"/messages/{kept.key}/1", "/sign-ins", "/mailbox.css", "/none"):
        headers = browser.get(address).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert headers["Referrer-Policy"] == "no-referrer"


def test_another_name_for_this_machine_is_refused(browser: flask.testing.FlaskClient) -> None:
    assert browser.get("/", headers={"Host": "elsewhere.example"}).status_code == 400
    assert browser.get("/", headers={"Host": "127.0.0.1:8001"}).status_code == 200


def test_the_sign_in_codes_are_the_ones_good_now(tmp_path: Path, mailbox: Mailbox) -> None:
    path = tmp_path / "sign-ins.json"
    assert read_sign_ins(path, datetime.now(UTC)) == []
    path.write_text(SIGN_INS)
    at = datetime(2027, 1, 15, 8, 0, 20, tzinfo=UTC)
    (ada,) = read_sign_ins(path, at)
    assert pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").verify(ada.code, for_time=at)
    assert ada.seconds_left == 10
    page = create_pages(mailbox, path).test_client().get("/sign-ins").text
    assert "demonstration only" in page
    assert "river stone lamp" in page
    assert "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" not in page
    assert "intake, hold owner" in page


def test_the_program_takes_mail_shows_it_and_stops_when_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "portal.demo.mailbox", "--folder", str(tmp_path / "mail")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        found = re.search(
            r"taken at 127\.0\.0\.1:(\d+) and shown at (\S+)", program.stdout.readline()
        )
        assert found is not None
        with smtplib.SMTP("127.0.0.1", int(found[1]), timeout=5) as connection:
            connection.send_message(a_message())
        key = delivery_key("<one@portal.example>")
        with urllib.request.urlopen(f"{found[2]}/delivered/{key}", timeout=5) as answer:
            assert answer.read().strip() == b'{"copies":1}'
        with pytest.raises(urllib.error.HTTPError) as missing:
            urllib.request.urlopen(f"{found[2]}/delivered/{'0' * 64}", timeout=5)
        missing.value.close()
        assert missing.value.code == 404
        program.send_signal(signal.SIGTERM)
        assert program.wait(10) == 0
