"""An e-mail is written once, says no more than it must, and a secret is forgotten on delivery."""

import dataclasses
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from portal.audit.models import AuditEntry
from portal.db import Database
from portal.errors import PortalError, Refused
from portal.house import House
from portal.notifications.commands import SEND_NOTICE, note_delivered, notify, write_once
from portal.notifications.models import Notice
from portal.notifications.notices import NoticeKind
from portal.notifications.sending import send_notice
from portal.notifications.transport import AddressRefused, Fate, Letterhead, NotTaken
from portal.outbox.commands import Lease
from portal.outbox.models import OutboxJob
from portal.outbox.queries import count_unsure as counted
from portal.outbox.queries import unsure
from tests.conftest import Clock
from tests.factories.disclosure import answered, ready_to_decide

TO = "amina@example.org"
FIELDS: dict[str, Any] = {
    "reference": "BWV-2222-3333",
    "reply_by": "2 December 2026",
    "code": "01234567",
    "minutes": 10,
    "kept_until": "16 November 2026",
    "collect_by": "30 November 2026",
}


class RecordingTransport:
    """Keeps what it is handed, and answers about it as it is told."""

    def __init__(self, answer: bool | None = None, trouble: PortalError | None = None) -> None:
        self.sent: list[Letterhead] = []
        self.asked: list[str] = []
        self._answer, self._trouble = answer, trouble

    def already_has(self, letterhead: Letterhead, *, at: datetime) -> bool | None:
        self.asked.append(letterhead.message_id)
        return self._answer

    def send(self, letterhead: Letterhead) -> None:
        self.sent.append(letterhead)
        if self._trouble is not None:
            raise self._trouble

    def fate(self, letterhead: Letterhead) -> Fate | None:
        return None


def owe_notice(house: House, kind: NoticeKind, **given: Any) -> Notice:
    words: dict[str, Any] = {"to": TO, "key": f"{kind}:1", "path": "/your-request/BWV-2222-3333"}
    with house.db.writing() as session:
        notify(session, kind, at=house.now(), **{**words, **FIELDS, **given})
    return the_notice(house)


def the_notice(house: House) -> Notice:
    with house.db.reading() as session:
        return session.scalars(sa.select(Notice)).one()


def job_of(house: House, attempt: int = 1) -> Lease:
    with house.db.reading() as session:
        job = session.scalars(sa.select(OutboxJob).where(OutboxJob.job == SEND_NOTICE)).one()
    return Lease(job.id, job.job, job.payload, attempt, "token")


def paid(house: House, transport: RecordingTransport, attempt: int = 1) -> None:
    write_down = send_notice(house, job_of(house, attempt), transport)
    with house.db.writing() as session:
        write_down(session)


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_is_written_and_points_to_our_own_address(
    sqlite_house: House, kind: NoticeKind
) -> None:
    owe_notice(sqlite_house, kind)
    transport = RecordingTransport()
    paid(sqlite_house, transport)
    (letter,) = transport.sent
    assert letter.to == TO
    assert letter.subject and "\n" not in letter.subject
    assert letter.body.rstrip().endswith("Testshire Police")
    addresses = [word for word in letter.body.split() if "://" in word]
    assert set(addresses) <= {"http://localhost/your-request/BWV-2222-3333"}
    message = letter.message()
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"


def test_the_e_mails_of_a_whole_request_carry_no_case_detail(sqlite_house: House) -> None:
    house = sqlite_house
    answered(house, ready_to_decide(house))
    with house.db.reading() as session:
        ids = list(session.scalars(sa.select(Notice.id)))
    texts = []
    for notice_id in ids:
        with house.db.writing() as session:
            written = write_once(session, notice_id, settings=house.settings, token="one")
        assert written is not None
        texts.append(f"{written.letter.subject}\n{written.letter.body}".lower())
    assert len(texts) == 2
    for detail in ("amara", "lindström", "fountain", "testborough", "searched", "5pm", "october"):
        assert not [text for text in texts if detail in text], detail


def test_the_same_news_is_one_e_mail(house: House) -> None:
    owe_notice(house, NoticeKind.MESSAGE)
    owe_notice(house, NoticeKind.MESSAGE)
    with house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(OutboxJob)) == 1


def test_nobody_without_an_address_is_written_to(house: House) -> None:
    with house.db.writing() as session:
        notify(session, NoticeKind.MESSAGE, to="", key="k", at=house.now(), **FIELDS)
    with house.db.reading() as session:
        assert session.scalars(sa.select(Notice)).all() == []
        assert session.scalars(sa.select(OutboxJob)).all() == []


@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if kind.is_secret])
def test_a_secret_is_forgotten_once_it_is_delivered(house: House, kind: NoticeKind) -> None:
    owe_notice(house, kind)
    transport = RecordingTransport()
    paid(house, transport)
    assert "01234567" in transport.sent[0].body
    kept = the_notice(house)
    assert (kept.body, kept.fields) == (None, {})
    assert "01234567" not in (kept.subject or "")
    assert kept.delivered_at == house.now()


def test_other_words_are_kept_and_the_book_has_neither_address_nor_text(house: House) -> None:
    owe_notice(house, NoticeKind.MESSAGE)
    transport = RecordingTransport()
    paid(house, transport)
    assert the_notice(house).body == transport.sent[0].body
    with house.db.reading() as session:
        entry = session.scalars(sa.select(AuditEntry)).one()
    assert entry.deed == "notice.delivered"
    assert entry.details == {"kind": "message", "unsure": False}


def test_sent_again_it_is_the_same_to_the_byte_whatever_the_settings_say_now(
    house: House, clock: Clock
) -> None:
    owe_notice(house, NoticeKind.MESSAGE)
    transport = RecordingTransport()
    send_notice(house, job_of(house), transport)  # and killed before it could write that down
    clock.forward(hours=3)
    renamed = dataclasses.replace(
        house, settings=dataclasses.replace(house.settings, force_name="Another name")
    )
    paid(renamed, transport, attempt=2)
    first, second = (one.message().as_bytes() for one in transport.sent)
    assert first == second
    assert the_notice(house).deliveries_unsure == 1


def test_a_first_sending_asks_nobody_and_is_sure(house: House) -> None:
    owe_notice(house, NoticeKind.MESSAGE)
    transport = RecordingTransport(answer=True)
    paid(house, transport)
    assert (len(transport.sent), transport.asked) == (1, [])
    assert the_notice(house).deliveries_unsure == 0


@pytest.mark.parametrize(("has_it", "sent"), [(True, 1), (False, 2)])
def test_before_sending_again_the_server_is_asked(house: House, has_it: bool, sent: int) -> None:
    owed = owe_notice(house, NoticeKind.MESSAGE)
    transport = RecordingTransport(answer=has_it)
    send_notice(house, job_of(house), transport)
    paid(house, transport, attempt=2)
    assert transport.asked == [owed.message_id]
    assert len(transport.sent) == sent
    assert the_notice(house).deliveries_unsure == 0


@pytest.mark.parametrize("trouble", [NotTaken("451"), AddressRefused("550"), Refused("554")])
def test_what_was_clearly_not_taken_goes_again_without_a_doubt(
    house: House, trouble: PortalError
) -> None:
    owe_notice(house, NoticeKind.MESSAGE)
    with pytest.raises(type(trouble)):
        send_notice(house, job_of(house), RecordingTransport(trouble=trouble))
    transport = RecordingTransport()
    paid(house, transport, attempt=2)
    assert (len(transport.sent), transport.asked) == (1, [])
    assert the_notice(house).deliveries_unsure == 0


def test_a_worker_that_lost_its_lease_says_nothing_about_anothers_sending(house: House) -> None:
    """One was slow, and hears “not taken” when another has begun and was killed since."""
    owe_notice(house, NoticeKind.MESSAGE)
    slow, killed = job_of(house), dataclasses.replace(job_of(house, 2), token="another")

    class Slow(RecordingTransport):
        def send(self, letterhead: Letterhead) -> None:
            send_notice(house, killed, RecordingTransport())
            raise NotTaken("451")

    with pytest.raises(NotTaken):
        send_notice(house, slow, Slow())
    transport = RecordingTransport(answer=True)
    paid(house, transport, attempt=3)
    assert (transport.sent, len(transport.asked)) == ([], 1)


def test_every_further_copy_is_counted_before_it_is_sent(house: House) -> None:
    owe_notice(house, NoticeKind.MESSAGE)
    transport = RecordingTransport()
    for attempt in range(1, 4):
        send_notice(house, job_of(house, attempt), transport)  # and killed each time
    paid(house, transport, attempt=4)
    assert (len(transport.sent), the_notice(house).deliveries_unsure) == (4, 3)
    with house.db.reading() as session:
        assert session.scalars(sa.select(OutboxJob.unsure)).one() == 3
        assert [job.unsure for job in unsure(session)] == [3]
        assert counted(session) == 1


def test_a_revived_job_counts_from_one_and_still_asks(house: House) -> None:
    owe_notice(house, NoticeKind.MESSAGE)
    transport = RecordingTransport(answer=True)
    send_notice(house, job_of(house), transport)
    paid(house, transport, attempt=1)
    assert len(transport.asked) == len(transport.sent) == 1


def test_what_was_delivered_is_not_sent_again(house: House) -> None:
    notice = owe_notice(house, NoticeKind.CODE)
    with house.db.writing() as session:
        write_once(session, notice.id, settings=house.settings, token="one")
    with house.db.writing() as session:
        note_delivered(session, notice.id, at=house.now())
    transport = RecordingTransport()
    paid(house, transport, attempt=2)
    assert (transport.sent, transport.asked) == ([], [])


def test_a_message_id_says_nothing_about_the_request_and_nobody_can_guess_it(
    house: House, make_sqlite_database: Callable[[], Database]
) -> None:
    elsewhere = dataclasses.replace(house, db=make_sqlite_database())
    ids = {owe_notice(one, NoticeKind.MESSAGE).message_id for one in (house, elsewhere)}
    assert len(ids) == 2
    assert all(re.fullmatch(r"<[0-9a-f]{40}@notices\.portal>", one) for one in ids)
