"""E-mail that does not arrive: the request is marked, a handler is told, and nothing is sent."""

import dataclasses
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from portal.actors import COMMAND_LINE, WORKER
from portal.audit.models import AuditEntry
from portal.cli.main import main
from portal.house import House
from portal.notifications.bounces import take_report
from portal.notifications.commands import note_delivered, note_failed, notify, see_to
from portal.notifications.models import Notice
from portal.notifications.notices import Failure, NoticeKind
from portal.notifications.queries import references_unreached, unreached_about
from portal.outbox.commands import revive
from portal.outbox.models import JobStatus, OutboxJob
from portal.outbox.patience import MOST_ATTEMPTS
from portal.worker import Worker
from tests.conftest import Clock
from tests.factories.reports import report
from tests.servers.programs import environment_of
from tests.servers.smtp import ScriptedSmtp

TO, ABOUT = "amina@example.org", "BWV-2222-3333"


def owe_one(house: House, kind: NoticeKind = NoticeKind.MESSAGE, **given: Any) -> None:
    words: dict[str, Any] = {"reference": ABOUT, "about": ABOUT, "to": TO, "key": "one"}
    with house.db.writing() as session:
        notify(session, kind, at=house.now(), **(words | given))


def notices(house: House) -> list[Notice]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(Notice).order_by(Notice.key)))


def only_job(house: House) -> OutboxJob:
    with house.db.reading() as session:
        return session.scalars(sa.select(OutboxJob)).one()


def marked(house: House) -> list[str]:
    with house.db.reading() as session:
        return list(references_unreached(session))


def deeds(house: House, deed: str) -> list[AuditEntry]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(AuditEntry).where(AuditEntry.deed == deed)))


def with_mail(house: House, smtp_server: ScriptedSmtp) -> House:
    settings = dataclasses.replace(house.settings, mail_port=smtp_server.port, mail_seconds=1)
    return dataclasses.replace(house, settings=settings)


def returned(house: House, content: bytes) -> bool:
    with house.db.writing() as session:
        return take_report(session, content, by=COMMAND_LINE, at=house.now())


def test_an_address_that_is_refused_marks_the_request_and_lies_before_a_person(
    house: House, smtp_server: ScriptedSmtp
) -> None:
    house = with_mail(house, smtp_server)
    smtp_server.refuse_recipient(TO)
    owe_one(house)
    Worker(house).pay_all()
    (kept,) = notices(house)
    assert (kept.failure, kept.delivered_at) == (Failure.ADDRESS, None)
    assert marked(house) == [ABOUT]
    assert only_job(house).status is JobStatus.DEAD
    (entry,) = deeds(house, "notice.failed")
    assert entry.subject == ABOUT
    assert TO not in str(entry.details)


def test_a_message_that_is_refused_says_so_and_not_that_the_address_is_wrong(
    house: House, smtp_server: ScriptedSmtp
) -> None:
    house = with_mail(house, smtp_server)
    smtp_server.will("554 5.7.1 We do not like it")
    owe_one(house)
    Worker(house).pay_all()
    assert notices(house)[0].failure is Failure.REFUSED


def test_what_cannot_be_delivered_for_days_is_told_at_the_end(
    sqlite_house: House, smtp_server: ScriptedSmtp, clock: Clock
) -> None:
    house = with_mail(sqlite_house, smtp_server)
    smtp_server.refuse_recipient(TO, "452 4.2.2 The mailbox is full")
    owe_one(house)
    for attempt in range(MOST_ATTEMPTS):
        assert marked(house) == []
        assert Worker(house).pay_one(), attempt
        clock.forward(hours=5)
    assert marked(house) == [ABOUT]
    assert notices(house)[0].failure is Failure.GIVEN_UP
    assert not Worker(house).pay_one()


def test_mended_and_tried_again_the_mark_goes(house: House, smtp_server: ScriptedSmtp) -> None:
    house = with_mail(house, smtp_server)
    smtp_server.will("554 5.7.1 Relay access denied")
    owe_one(house)
    Worker(house).pay_all()
    with house.db.writing() as session:
        revive(session, job_id=only_job(house).id, by=COMMAND_LINE, at=house.now())
    Worker(house).pay_all()
    assert marked(house) == []
    assert len(smtp_server.messages) == 1


@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if kind.is_secret])
def test_a_code_that_was_refused_is_forgotten_and_not_sent_late(
    house: House, smtp_server: ScriptedSmtp, kind: NoticeKind
) -> None:
    house = with_mail(house, smtp_server)
    smtp_server.will("554 5.7.1 No")
    owe_one(house, kind, code="01234567", minutes=10, kept_until="16 November 2026")
    Worker(house).pay_all()
    assert (notices(house)[0].body, notices(house)[0].fields) == (None, {})
    with house.db.writing() as session:
        revive(session, job_id=only_job(house).id, by=COMMAND_LINE, at=house.now())
    Worker(house).pay_all()
    assert smtp_server.messages == []
    assert only_job(house).status is JobStatus.SETTLED


def delivered(house: House, smtp_server: ScriptedSmtp) -> str:
    """One e-mail that the mail server took; returns its Message-ID."""
    owe_one(house)
    Worker(house).pay_all()
    (received,) = smtp_server.messages
    return received.message_id


def test_an_e_mail_that_comes_back_marks_its_request_once_and_sends_nothing(
    house: House, smtp_server: ScriptedSmtp
) -> None:
    house = with_mail(house, smtp_server)
    content = report(delivered(house, smtp_server))
    assert returned(house, content)
    assert not returned(house, content)
    assert marked(house) == [ABOUT]
    assert notices(house)[0].failure is Failure.ADDRESS
    assert len(deeds(house, "notice.failed")) == 1
    with house.db.reading() as session:
        jobs = session.scalars(sa.select(OutboxJob)).all()
    assert [job.status for job in jobs] == [JobStatus.SETTLED]


def test_a_forged_report_does_nothing(house: House, smtp_server: ScriptedSmtp) -> None:
    """Whoever does not have the e-mail cannot name it: a key, a reference, an id are not enough."""
    house = with_mail(house, smtp_server)
    true = delivered(house, smtp_server)
    notice_id = str(notices(house)[0].id)
    guesses = [f"<{guess}@notices.portal>" for guess in ("one", ABOUT, notice_id, "%", true[1:39])]
    for guess in [*guesses, true.upper(), true.strip("<>"), TO, "' OR 1=1 --"]:
        assert not returned(house, report(guess)), guess
    assert marked(house) == []
    assert deeds(house, "notice.failed") == []


def test_a_report_that_comes_before_the_worker_could_write_down_the_sending_stays(
    house: House,
) -> None:
    """Accepted and sent back at once, while the worker that sent it was killed or slow."""
    owe_one(house)
    (notice,) = notices(house)
    assert returned(house, report(notice.message_id))
    with house.db.writing() as session:
        note_delivered(session, notice.id, at=house.now())
    assert marked(house) == [ABOUT]


def test_two_requests_of_one_address_are_marked_apart(house: House) -> None:
    """Nobody can clear another's mark by a request that names the same address."""
    owe_one(house)
    owe_one(house, key="two", about="BWV-4444-5555")
    for notice in notices(house):
        returned(house, report(notice.message_id))
    assert sorted(marked(house)) == [ABOUT, "BWV-4444-5555"]
    with house.db.writing() as session:
        assert see_to(session, about=ABOUT, by=COMMAND_LINE, at=house.now()) == 1
    assert marked(house) == ["BWV-4444-5555"]


def test_told_another_way_the_mark_goes_and_the_dead_job_with_it(
    house: House, smtp_server: ScriptedSmtp
) -> None:
    house = with_mail(house, smtp_server)
    smtp_server.refuse_recipient(TO)
    owe_one(house)
    Worker(house).pay_all()
    with house.db.writing() as session:
        see_to(session, about=ABOUT, by=COMMAND_LINE, at=house.now())
    with house.db.writing() as session:
        assert see_to(session, about=ABOUT, by=COMMAND_LINE, at=house.now()) == 0
    assert marked(house) == []
    assert only_job(house).status is JobStatus.SETTLED
    assert len(deeds(house, "notice.seen_to")) == 1
    with house.db.reading() as session:
        assert list(unreached_about(session, ABOUT)) == []


def test_a_draft_has_no_request_to_mark(house: House) -> None:
    owe_one(house, about="")
    (notice,) = notices(house)
    with house.db.writing() as session:
        note_failed(session, notice.id, failure=Failure.ADDRESS, by=WORKER, at=house.now())
    assert marked(house) == []


# The command that a mail server pipes to, or that reads a Maildir.


@pytest.fixture
def portal_mail(sqlite_house: House, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    for name, value in environment_of(sqlite_house.settings, sqlite_house.db.url).items():
        if name.startswith("PORTAL_"):
            monkeypatch.setenv(name, value)

    def run(*words: str, stdin: bytes = b"") -> Result:
        return CliRunner().invoke(main, ["mail", "returned", *words], input=io.BytesIO(stdin))

    return run


def test_a_report_is_piped_in(sqlite_house: House, portal_mail: Callable[..., Result]) -> None:
    owe_one(sqlite_house)
    content = report(notices(sqlite_house)[0].message_id)
    assert portal_mail(stdin=content).exit_code == 0
    assert marked(sqlite_house) == [ABOUT]


@pytest.mark.parametrize("content", [b"", b"Buy now", report(), bytes(3 * 1024 * 1024)])
def test_whatever_else_is_piped_in_is_no_fault(
    sqlite_house: House, portal_mail: Callable[..., Result], content: bytes
) -> None:
    """Another exit code, and the mail server would write back to whoever is named as sender."""
    owe_one(sqlite_house)
    said = portal_mail("--json", stdin=content)
    assert (said.exit_code, said.output) == (0, '{"read": 1, "noted": 0}\n')
    assert marked(sqlite_house) == []


def test_a_database_that_is_away_has_the_mail_server_try_again(
    sqlite_house: House, portal_mail: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    owe_one(sqlite_house)
    content = report(notices(sqlite_house)[0].message_id)
    monkeypatch.setenv("PORTAL_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/portal")
    said = portal_mail(stdin=content)
    assert said.exit_code == 75
    assert TO not in said.output and "notices.portal" not in said.output


def test_a_maildir_is_read_once(
    sqlite_house: House, portal_mail: Callable[..., Result], tmp_path: Path
) -> None:
    owe_one(sqlite_house)
    for name in ("tmp", "new", "cur"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1.a").write_bytes(report(notices(sqlite_house)[0].message_id))
    (tmp_path / "new" / "2.b").write_bytes(b"Buy now")
    first = portal_mail("--maildir", str(tmp_path), "--json")
    assert first.output == '{"read": 2, "noted": 1}\n'
    assert portal_mail("--maildir", str(tmp_path), "--json").output == '{"read": 0, "noted": 0}\n'
    assert sorted(path.name for path in (tmp_path / "cur").iterdir()) == ["1.a:2,S", "2.b:2,S"]
    assert marked(sqlite_house) == [ABOUT]
