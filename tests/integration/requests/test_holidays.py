"""Bank holidays that are proclaimed later: stored whole or not at all, and every date follows."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from portal.actors import COMMAND_LINE, PUBLIC
from portal.audit.models import AuditEntry
from portal.audit.verify import verify
from portal.bank_holidays import DIVISIONS, Table, load_shipped, shipped_table
from portal.db import Database
from portal.errors import Refused
from portal.house import House
from portal.ids import digest, new_id
from portal.letters.models import Letter
from portal.outbox.models import OutboxJob
from portal.requests.applicant_queries import applicant_page
from portal.requests.commands.importing_holidays import Imported, import_holidays
from portal.requests.commands.moving import move
from portal.requests.commands.receiving import receive
from portal.requests.commands.recounting import Moved, differing, recount, recount_open
from portal.requests.holidays import known_holidays, known_table, stored_table
from portal.requests.intake import AboutWhom, ApplicantDetails, Intake, Sighting
from portal.requests.lifecycle import Event, Status
from portal.requests.models import BankHoliday, FootageRequest
from portal.requests.queries import by_reference

# Received on Monday 2 November 2026: by a month and by 20 working days (30 November is a
# holiday in Scotland), the last days are these.
SAR_DUE, FOI_DUE = date(2026, 12, 2), date(2026, 12, 1)
IN_WALES, IN_ULSTER = date(2026, 12, 2), date(2026, 11, 25)


def file_of(table: Table) -> bytes:
    """A table in GOV.UK's own form."""
    return json.dumps(
        {
            name: {
                "division": name,
                "events": [
                    {"title": title, "date": day.isoformat(), "notes": "", "bunting": True}
                    for day, title in days.items()
                ],
            }
            for name, days in table.items()
        }
    ).encode()


def with_day(division: str, day: date, title: str = "A proclaimed day") -> Table:
    table = shipped_table()
    return {**table, division: table[division] | {day: title}}


def take_in(house: House, content: bytes) -> tuple[Imported, list[Moved]]:
    with house.db.writing() as session:
        done = import_holidays(session, content=content, by=COMMAND_LINE, at=house.now())
    return done, recount_open(house.db, by=COMMAND_LINE, at=house.now())


def ask(about: AboutWhom = AboutWhom.ME) -> Intake:
    happened_at = datetime(2026, 10, 24, 16, 0, tzinfo=UTC)
    seen = Sighting(happened_at, happened_at + timedelta(hours=1), "5pm", "Marlow Street")
    return Intake(about, ApplicantDetails("Amina Example", "amina@example.org"), seen)


def received(house: House, about: AboutWhom = AboutWhom.ME) -> FootageRequest:
    at, intake = house.now(), ask(about)
    with house.db.writing() as session:
        return receive(
            session, request_id=new_id(), intake=intake, received_at=at, by=PUBLIC, at=at
        )


def again(house: House, footage_request: FootageRequest) -> FootageRequest:
    with house.db.reading() as session:
        return session.get_one(FootageRequest, footage_request.id)


def book(house: House) -> list[AuditEntry]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(AuditEntry).order_by(AuditEntry.sequence)))


def counted(house: House, table: Any) -> int:
    with house.db.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_without_an_import_the_shipped_table_is_known(house: House) -> None:
    with house.db.reading() as session:
        assert known_holidays(session) == load_shipped()


def test_a_day_proclaimed_later_moves_open_requests_and_the_book_says_so(house: House) -> None:
    sar, foi = received(house), received(house, AboutWhom.GENERAL)
    assert (sar.legal_due_on, foi.legal_due_on) == (SAR_DUE, FOI_DUE)
    owed, letters = counted(house, OutboxJob), counted(house, Letter)
    before = len(book(house))

    table = with_day("england-and-wales", IN_WALES)
    table["northern-ireland"] = table["northern-ireland"] | {IN_ULSTER: "Ulster's own"}
    content = file_of(table)
    done, moved = take_in(house, content)

    assert (done.added, done.removed) == (
        ((IN_ULSTER, "northern-ireland"), (IN_WALES, "england-and-wales")),
        (),
    )
    assert again(house, sar).legal_due_on == date(2026, 12, 3)
    assert again(house, sar).target_due_on == date(2026, 12, 3)
    # Two of its working days are gone: one in Northern Ireland, and then one in England.
    assert again(house, foi).legal_due_on == date(2026, 12, 3)
    assert {one.reference for one in moved} == {sar.reference, foi.reference}
    imported, *recounted = book(house)[before:]
    assert (imported.deed, imported.subject) == ("holidays.imported", "bank-holidays")
    assert imported.details == {
        "sha256": digest(content),
        "days": sum(map(len, table.values())),
        "added": 2,
        "removed": 0,
        "days_added": "2026-12-02 england-and-wales, 2026-11-25 northern-ireland",
        "days_removed": "",
    }
    assert [entry.deed for entry in recounted] == ["request.recounted"] * 2
    by_subject = {entry.subject: entry.details for entry in recounted}
    assert by_subject[sar.reference] == {
        "legal_due_on_was": "2026-12-02",
        "legal_due_on_is": "2026-12-03",
        "target_due_on_was": "2026-12-02",
        "target_due_on_is": "2026-12-03",
        "staff_target_on_was": "2026-12-02",
        "staff_target_on_is": "2026-12-03",
    }
    # Nobody is told, and what was issued stays.
    assert (counted(house, OutboxJob), counted(house, Letter)) == (owed, letters)
    with house.db.reading() as session:
        assert verify(session).is_whole


def test_the_applicants_page_shows_the_new_date_with_its_working(house: House) -> None:
    sar = received(house)
    take_in(house, file_of(with_day("england-and-wales", IN_WALES)))
    with house.db.reading() as session:
        page = applicant_page(session, by_reference(session, sar.reference))
    assert page.reply_by_on == date(2026, 12, 3)
    assert "Wednesday 2 December is a bank holiday." in page.working


def test_the_same_file_again_changes_nothing(house: House) -> None:
    received(house)
    content = file_of(with_day("england-and-wales", IN_WALES))
    take_in(house, content)
    lines, rows = len(book(house)), counted(house, BankHoliday)
    done, moved = take_in(house, content)
    assert (done.added, done.removed, moved) == ((), (), [])
    assert (len(book(house)), counted(house, BankHoliday)) == (lines, rows)


def test_answered_and_closed_requests_keep_their_dates(house: House) -> None:
    sar = received(house)
    with house.db.writing() as session:
        move(session, request_id=sar.id, event=Event.WITHDRAWN, by=PUBLIC, at=house.now())
    assert again(house, sar).status is Status.CLOSED
    _, moved = take_in(house, file_of(with_day("england-and-wales", IN_WALES)))
    assert moved == []
    assert again(house, sar).legal_due_on == SAR_DUE
    with house.db.writing() as session:
        at = house.now()
        assert recount(session, request_id=sar.id, by=COMMAND_LINE, at=at) is None
        assert recount(session, request_id=new_id(), by=COMMAND_LINE, at=at) is None


def test_a_file_of_recent_years_leaves_the_earlier_ones(house: House) -> None:
    recent: Table = {
        name: {day: title for day, title in days.items() if day.year >= 2027}
        for name, days in shipped_table().items()
    }
    done, _ = take_in(house, file_of(recent))
    assert (done.added, done.removed) == ((), ())
    with house.db.reading() as session:
        assert known_table(session) == shipped_table()
        assert {day.year for day in stored_table(session)["scotland"]} == {2027, 2028}


def test_a_day_to_come_that_is_called_off_goes_and_moves_dates_back(house: House) -> None:
    sar = received(house)
    take_in(house, file_of(with_day("england-and-wales", IN_WALES)))
    done, (moved,) = take_in(house, file_of(shipped_table()))
    assert done.removed == ((IN_WALES, "england-and-wales"),)
    assert moved.dates["legal_due_on"] == (date(2026, 12, 3), SAR_DUE)
    assert again(house, sar).legal_due_on == SAR_DUE
    with house.db.reading() as session:
        assert IN_WALES not in known_table(session)["england-and-wales"]


def test_a_day_that_has_passed_stays_whatever_a_file_says(house: House, clock: Any) -> None:
    take_in(house, file_of(with_day("england-and-wales", IN_WALES)))
    clock.forward(days=60)
    done, _ = take_in(house, file_of(shipped_table()))
    assert done.removed == ()
    with house.db.reading() as session:
        assert IN_WALES in known_table(session)["england-and-wales"]


def test_a_new_title_is_kept(house: House) -> None:
    take_in(house, file_of(with_day("scotland", IN_WALES, "One")))
    done, _ = take_in(house, file_of(with_day("scotland", IN_WALES, "Two")))
    assert (done.added, done.removed) == ((), ())
    with house.db.reading() as session:
        assert stored_table(session)["scotland"][IN_WALES] == "Two"


def test_a_long_list_of_days_is_cut_short_in_the_book(house: House) -> None:
    many = [date(2023, month, day) for month in range(1, 13) for day in (3, 4, 5, 6)]
    table = shipped_table()
    table = {**table, "scotland": table["scotland"] | dict.fromkeys(many, "")}
    take_in(house, file_of(table))
    details = book(house)[-1].details
    assert details["added"] == 48
    assert details["days_added"].startswith("2023-12-06 scotland, 2023-12-05 scotland")
    assert details["days_added"].endswith(" scotland and 8 earlier")


def broken(change: Callable[[dict[str, Any]], object]) -> bytes:
    document = json.loads(file_of(shipped_table()))
    change(document)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe{}", "not JSON in UTF-8"),
        (b"[" * 100_000, "not JSON"),
        (b"x" * 1_000_001, "too large"),
        (b"[]", "one JSON object with three divisions"),
        (b"null", "one JSON object with three divisions"),
        (broken(lambda d: d.pop("scotland")), "no events for scotland"),
        (broken(lambda d: d.update(wales=d["scotland"])), "a division that is not known"),
        (broken(lambda d: d["scotland"].update(events=[])), "no events for scotland"),
        (
            broken(lambda d: d["northern-ireland"]["events"].append({"title": "No day"})),
            "northern-ireland has no date",
        ),
        (
            broken(lambda d: d["northern-ireland"]["events"].append({"date": "2027-02-30"})),
            "has no date in the form 2026-12-25: '2027-02-30'",
        ),
        (
            broken(
                lambda d: d["scotland"]["events"].append({"date": "2027-02-01", "title": "x\x00"})
            ),
            "has a title that is not one line",
        ),
        (
            broken(lambda d: d["scotland"]["events"].append({"date": "9999-02-01"})),
            "it must be 2000 to 2099",
        ),
    ],
)
def test_a_bad_file_is_refused_and_nothing_is_written(
    sqlite_house: House, content: bytes, message: str
) -> None:
    with pytest.raises(Refused, match=message):
        take_in(sqlite_house, content)
    assert counted(sqlite_house, BankHoliday) == 0
    assert book(sqlite_house) == []


def test_a_file_with_a_byte_order_mark_is_read(sqlite_house: House) -> None:
    take_in(sqlite_house, b"\xef\xbb\xbf" + file_of(shipped_table()))
    assert counted(sqlite_house, BankHoliday) == sum(map(len, shipped_table().values()))


def test_two_imports_at_once_are_one_after_the_other(house: House) -> None:
    content = file_of(with_day("england-and-wales", IN_WALES))
    with ThreadPoolExecutor(4) as pool:
        importing = [pool.submit(take_in, house, content) for _ in range(4)]
    done = [future.result() for future in importing]
    assert [entry.deed for entry in book(house)].count("holidays.imported") == 1
    assert sum(len(one.added) for one, _ in done) == 1


def test_requests_received_while_holidays_are_imported_have_the_right_date(house: House) -> None:
    content = file_of(with_day("england-and-wales", IN_WALES))
    with ThreadPoolExecutor(6) as pool:
        arriving = [pool.submit(received, house) for _ in range(10)]
        imports = [pool.submit(take_in, house, content) for _ in range(2)]
        arriving += [pool.submit(received, house) for _ in range(10)]
        wait(arriving)
        wait(imports)
    assert [len(done.result()) for done in imports] == [2, 2]
    assert all(one.result().reference for one in arriving)
    with house.db.reading() as session:
        dates = set(session.scalars(sa.select(FootageRequest.legal_due_on)))
        assert list(differing(session)) == []
    assert dates == {date(2026, 12, 3)}


@pytest.mark.postgresql
def test_a_request_not_yet_committed_is_waited_for(
    make_house: Callable[[Database], House], postgres_database: Database
) -> None:
    house = make_house(postgres_database)
    counted_by_old_days, may_commit = threading.Event(), threading.Event()

    def slowly_received() -> None:
        with house.db.writing() as session:
            at = house.now()
            receive(session, request_id=new_id(), intake=ask(), received_at=at, by=PUBLIC, at=at)
            counted_by_old_days.set()
            assert may_commit.wait(20)

    with ThreadPoolExecutor(2) as pool:
        arriving = pool.submit(slowly_received)
        assert counted_by_old_days.wait(20)
        content = file_of(with_day("england-and-wales", IN_WALES))
        importing = pool.submit(take_in, house, content)
        with pytest.raises(TimeoutError):
            importing.result(timeout=1)
        may_commit.set()
        arriving.result()
        _, (moved,) = importing.result()
    assert moved.dates["legal_due_on"] == (SAR_DUE, date(2026, 12, 3))


def test_a_date_that_was_changed_by_hand_is_found_and_mended(house: House) -> None:
    sar = received(house)
    with house.db.reading() as session:
        assert list(differing(session)) == []
    with house.db.writing() as session:
        session.get_one(FootageRequest, sar.id).target_due_on = date(2027, 1, 1)
    wrong = Moved(sar.reference, {"target_due_on": (date(2027, 1, 1), SAR_DUE)})
    with house.db.reading() as session:
        assert list(differing(session)) == [wrong]
    assert recount_open(house.db, by=COMMAND_LINE, at=house.now()) == [wrong]
    assert again(house, sar).target_due_on == SAR_DUE


def test_a_day_without_a_date_is_told_as_none(house: House) -> None:
    sar = received(house)
    with house.db.writing() as session:
        session.get_one(FootageRequest, sar.id).legal_due_on = None
    recount_open(house.db, by=COMMAND_LINE, at=house.now())
    assert book(house)[-1].details == {"legal_due_on_was": "none", "legal_due_on_is": "2026-12-02"}


def test_every_division_has_a_name_in_the_store(sqlite_house: House) -> None:
    take_in(sqlite_house, file_of(shipped_table()))
    with sqlite_house.db.reading() as session:
        assert set(session.scalars(sa.select(BankHoliday.division))) == set(DIVISIONS)
