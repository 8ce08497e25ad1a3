"""The ledger under many at once: no file goes out more often than it may."""

import threading
from collections.abc import Callable

import pytest

from portal.actors import PUBLIC
from portal.disclosure.commands import revoke
from portal.disclosure.commands.delivering import begin_file, note_sent
from portal.disclosure.delivered import LOST_AFTER
from portal.disclosure.models import DownloadLink, FileKind, OpeningKind, ReleaseFile
from portal.disclosure.queries.delivered import delivered_files
from portal.disclosure.queries.releases import file_of
from portal.errors import Refused
from portal.house import House
from tests.conftest import Clock
from tests.factories.collecting import draw_no_pdf
from tests.factories.disclosure import Ready, answered, place_hold, ready_to_decide

CONTENT = b"a video " * 1000
AT_ONCE = 24


@pytest.fixture
def ready(house: House, monkeypatch: pytest.MonkeyPatch) -> Ready:
    draw_no_pdf(monkeypatch)
    return ready_to_decide(house, contents=[CONTENT])


@pytest.fixture
def link(house: House, ready: Ready) -> DownloadLink:
    return answered(house, ready)


@pytest.fixture
def copy(link: DownloadLink) -> ReleaseFile:
    return next(file for file in link.release.files if file.kind is FileKind.COPY)


def may_be_had(house: House, link: DownloadLink, times: int) -> None:
    with house.db.writing() as session:
        session.get_one(DownloadLink, link.id).most_sessions = times
    link.most_sessions = times


def begin(
    house: House, link: DownloadLink, file: ReleaseFile, first: int = 0, length: int | None = None
) -> int:
    with house.db.writing() as session:
        return begin_file(
            session,
            link=link,
            file=file,
            what=OpeningKind.DOWNLOADED,
            first_byte=first,
            length=file.size - first if length is None else length,
            at=house.now(),
        )


def end(house: House, opening: int, count: int) -> None:
    with house.db.writing() as session:
        note_sent(session, opening_id=opening, count=count, at=house.now(), has_ended=True)


def refused(doing: Callable[[], object]) -> bool:
    try:
        doing()
    except Refused:
        return True
    return False


@pytest.mark.parametrize("contents", [[CONTENT], []], ids=["a copy", "a letter about nothing"])
def test_of_many_who_ask_at_once_exactly_as_many_get_it_as_may(
    house: House, monkeypatch: pytest.MonkeyPatch, contents: list[bytes]
) -> None:
    """A copy's recording is locked as well; a letter about none has its link's lock alone."""
    draw_no_pdf(monkeypatch)
    link = answered(house, ready_to_decide(house, contents=contents))
    file = file_of(link.release, FileKind.COPY if contents else FileKind.LETTER_HTML)
    may_be_had(house, link, 2)
    begun: list[int] = []
    together = threading.Barrier(AT_ONCE)

    def ask() -> None:
        together.wait()
        if not refused(lambda: begun.append(begin(house, link, file))):
            return

    askers = [threading.Thread(target=ask) for _ in range(AT_ONCE)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(begun) == 2


def test_a_download_in_pieces_is_one_and_the_next_byte_is_too_many(
    house: House, link: DownloadLink, copy: ReleaseFile
) -> None:
    may_be_had(house, link, 1)
    end(house, begin(house, link, copy), 3000)
    assert refused(lambda: begin(house, link, copy))
    end(house, begin(house, link, copy, first=3000), copy.size - 3000)
    assert refused(lambda: begin(house, link, copy, first=copy.size - 1))
    with house.db.reading() as session:
        assert delivered_files(session, link.release, house.now())[copy.id].is_whole


def test_what_a_killed_process_had_begun_counts_only_as_far_as_it_was_noted(
    house: House, link: DownloadLink, copy: ReleaseFile, clock: Clock
) -> None:
    may_be_had(house, link, 1)
    opening = begin(house, link, copy)
    with house.db.writing() as session:
        note_sent(session, opening_id=opening, count=1000, at=house.now(), has_ended=False)
    assert refused(lambda: begin(house, link, copy, first=1000))
    clock.forward(seconds=LOST_AFTER.total_seconds())
    assert refused(lambda: begin(house, link, copy, first=999))
    begin(house, link, copy, first=1000)


def test_each_file_has_its_own_count(house: House, link: DownloadLink, copy: ReleaseFile) -> None:
    may_be_had(house, link, 1)
    end(house, begin(house, link, copy), copy.size)
    assert refused(lambda: begin(house, link, copy))
    for file in link.release.files:
        if file.id != copy.id:
            begin(house, link, file)


def test_nothing_is_begun_under_a_hold(
    house: House, link: DownloadLink, copy: ReleaseFile, ready: Ready
) -> None:
    place_hold(house, ready.recording_ids[0])
    for file in link.release.files:
        assert refused(lambda file=file: begin(house, link, file))  # type: ignore[misc]
    with house.db.reading() as session:
        found = delivered_files(session, link.release, house.now())
    assert all(each.last_at is None for each in found.values())


def test_nothing_is_begun_through_a_link_that_was_closed_meanwhile(
    house: House, link: DownloadLink
) -> None:
    with house.db.writing() as session:
        revoke(session, link_id=link.id, why="Lost.", by=PUBLIC, at=house.now())
    for file in link.release.files:
        assert refused(lambda file=file: begin(house, link, file))  # type: ignore[misc]
    with house.db.reading() as session:
        found = delivered_files(session, link.release, house.now())
    assert all(each.last_at is None for each in found.values())
