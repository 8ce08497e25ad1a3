"""Bank holidays and the check of the clock, as the person meets them who runs the portal."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result

from portal.actors import PUBLIC
from portal.audit.models import AuditEntry
from portal.bank_holidays import load_shipped, shipped_table
from portal.cli import holidays as commands
from portal.dates import london_day
from portal.house import House
from portal.ids import new_id
from portal.requests.commands.receiving import receive
from portal.requests.intake import AboutWhom, ApplicantDetails, Channel, Intake, Sighting
from portal.requests.models import BankHoliday, FootageRequest
from portal.reviews.kinds import ReviewKind
from portal.reviews.models import Review
from portal.reviews.queries import clock_of
from portal.workdays import next_working_day

Portal = Callable[..., Result]


def shipped_with(**more: date) -> str:
    """GOV.UK's file: the shipped days and one more in a division (named with underscores)."""
    table = {name: dict(days) for name, days in shipped_table().items()}
    for division, day in more.items():
        table[division.replace("_", "-")][day] = "A proclaimed day"
    return json.dumps(
        {
            name: {
                "division": name,
                "events": [{"title": t, "date": d.isoformat()} for d, t in days.items()],
            }
            for name, days in table.items()
        }
    )


@pytest.fixture
def open_request(own_house: House) -> FootageRequest:
    """A request received today, on the real clock."""
    at = own_house.now()
    seen = Sighting(at - timedelta(hours=2), at - timedelta(hours=1), "5pm", "Marlow Street")
    intake = Intake(AboutWhom.ME, ApplicantDetails("Amina Example", "a@example.org"), seen)
    with own_house.db.writing() as session:
        return receive(
            session, request_id=new_id(), intake=intake, received_at=at, by=PUBLIC, at=at
        )


def test_an_import_says_what_it_changed(
    portal: Portal, own_house: House, open_request: FootageRequest, tmp_path: Path
) -> None:
    due_on = open_request.legal_due_on
    assert due_on is not None
    path = tmp_path / "bank-holidays.json"
    path.write_text(shipped_with(england_and_wales=due_on))

    told = portal("holidays", "import", path)

    assert told.exit_code == 0, told.output
    moved_to = next_working_day(
        due_on + timedelta(days=1), frozenset(shipped_table()["england-and-wales"])
    )
    added, moved, ahead = told.output.splitlines()
    assert added.startswith("added: England and Wales, ")
    assert moved.startswith(f"moved: {open_request.reference}: legal due {due_on} -> {moved_to}")
    assert ahead.startswith("Bank holidays are known for ")
    with own_house.db.reading() as session:
        kept = session.get_one(FootageRequest, open_request.id)
        assert kept.legal_due_on == moved_to

    again = portal("holidays", "import", path).output.splitlines()
    assert again[0].endswith(" days of the file change no date we go by.")
    assert again[1:] == [ahead]
    assert portal("clock", "check").output == (
        "Every open request and review keeps the dates that its ledger gives.\n"
    )


def test_an_import_for_a_machine_from_standard_input(
    portal: Portal, open_request: FootageRequest
) -> None:
    due_on = open_request.legal_due_on
    assert due_on is not None
    typed = shipped_with(england_and_wales=due_on)
    told = json.loads(portal("holidays", "import", "-", "--json", stdin=typed).output)
    assert told["added"] == [{"on": due_on.isoformat(), "division": "england-and-wales"}]
    assert told["removed"] == []
    assert told["days"] == sum(len(days) for days in shipped_table().values()) + 1
    assert len(told["sha256"]) == 64
    (moved,) = told["requests_moved"]
    assert moved["reference"] == open_request.reference
    assert moved["legal_due_on"][0] == due_on.isoformat()
    assert told["months_ahead"] > 0


def test_a_day_that_is_called_off_is_named(portal: Portal) -> None:
    later = date(2028, 6, 6)
    portal("holidays", "import", "-", stdin=shipped_with(scotland=later))
    told = portal("holidays", "import", "-", stdin=shipped_with())
    assert told.output.splitlines()[0] == "gone: Scotland, Tuesday 6 June 2028"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "not JSON"),
        ("[]", "one JSON object with three divisions"),
        ('{"england-and-wales": {"events": [{"date": "x"}]}}', "no date in the form 2026-12-25"),
        ("x" * 1_000_001, "too large"),
    ],
)
def test_a_bad_file_is_refused_in_plain_words(
    portal: Portal, own_house: House, typed: str, message: str
) -> None:
    told = portal("holidays", "import", "-", stdin=typed)
    assert told.exit_code == 1
    assert message in told.output
    assert "Traceback" not in told.output
    with own_house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(BankHoliday)) == 0


def test_a_file_that_is_not_there(portal: Portal) -> None:
    told = portal("holidays", "import", "nowhere.json")
    assert told.exit_code == 2
    assert "No such file" in told.output


def test_the_list_says_where_each_year_comes_from(portal: Portal) -> None:
    lines = portal("holidays", "list").output.splitlines()
    assert lines[0] == "England and Wales (shipped)"
    assert any(line.startswith("  2026-06-15  ") for line in lines)
    assert lines[-1].startswith("Bank holidays are known for ")

    in_2026 = {
        name: {
            "events": [
                {"date": d.isoformat(), "title": t} for d, t in days.items() if d.year == 2026
            ]
        }
        for name, days in shipped_table().items()
    }
    portal("holidays", "import", "-", stdin=json.dumps(in_2026))
    lines = portal("holidays", "list").output.splitlines()
    assert [line for line in lines if line.startswith("Scotland")] == [
        "Scotland (shipped)",
        "Scotland (imported)",
        "Scotland (shipped)",
    ]
    told = json.loads(portal("holidays", "list", "--json").output)
    days = {(day["division"], day["on"]): day["source"] for day in told["days"]}
    assert days["scotland", "2026-06-15"] == "imported"
    assert days["scotland", "2027-01-01"] == "shipped"
    assert told["months_ahead"] > 0


def test_every_division_is_named_for_people() -> None:
    assert set(commands._NATIONS) == set(shipped_table())


def test_the_check_finds_a_date_that_is_not_the_ledgers_and_mends_it(
    portal: Portal, own_house: House, open_request: FootageRequest
) -> None:
    right = open_request.target_due_on
    with own_house.db.writing() as session:
        session.get_one(FootageRequest, open_request.id).target_due_on = date(2030, 1, 1)
    line = f"{open_request.reference}: target due 2030-01-01 -> {right}\n"

    told = portal("clock", "check")
    assert (told.exit_code, told.output) == (1, line)
    told = portal("clock", "check", "--json")
    assert told.exit_code == 1
    assert json.loads(told.output) == {
        "reference": open_request.reference,
        "target_due_on": ["2030-01-01", str(right)],
    }
    told = portal("clock", "check", "--mend")
    assert (told.exit_code, told.output) == (0, line)
    assert portal("clock", "check").exit_code == 0
    assert portal("clock", "check", "--json").output == ""


def test_open_reviews_and_complaints_are_counted_too(
    portal: Portal, own_house: House, open_request: FootageRequest
) -> None:
    today = london_day(own_house.now())
    review, complaint = (
        Review(
            request_id=open_request.id,
            kind=kind,
            channel=Channel.ONLINE,
            words="Look again.",
            received_at=own_house.now(),
            received_on=today,
            due_on=None,
        )
        for kind in ReviewKind
    )
    with own_house.db.writing() as session:
        session.add_all([review, complaint])
        for one in (review, complaint):
            session.flush()
            one.due_on = clock_of(session, one).legal_due_on
    due_on = review.due_on
    assert due_on is not None
    assert portal("clock", "check").exit_code == 0

    told = portal("holidays", "import", "-", "--json", stdin=shipped_with(scotland=due_on))

    closed = load_shipped().uk | {due_on}
    moved_to = next_working_day(due_on, closed)
    assert json.loads(told.output)["requests_moved"] == [
        {
            "reference": open_request.reference,
            "review_due_on": [due_on.isoformat(), moved_to.isoformat()],
        }
    ]
    with own_house.db.writing() as session:
        kept = session.get_one(Review, review.id)
        assert kept.due_on == moved_to
        kept.due_on = due_on
        line = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.deed == "internal_review.recounted")
        ).one()
        assert line.subject == open_request.reference
        assert line.details == {
            "review": str(review.id),
            "due_on_was": str(due_on),
            "due_on_is": str(moved_to),
        }
    wrong = f"{open_request.reference}: review due {due_on} -> {moved_to}\n"
    assert portal("clock", "check").output == wrong
    assert portal("clock", "check", "--mend").output == wrong
    assert portal("clock", "check").exit_code == 0


ASKED = json.dumps({"regime": "sar", "received_on": "2026-03-10"})


def due(told: Result) -> str:
    (answer,) = json.loads(told.stdout)
    return str(answer["legal_due_on"])


def test_the_clock_explains_by_the_days_of_the_house(portal: Portal) -> None:
    asked = ("clock", "explain", "--input", "-")
    assert due(portal(*asked, stdin=ASKED)) == "2026-04-10"
    portal("holidays", "import", "-", stdin=shipped_with(england_and_wales=date(2026, 4, 10)))
    assert due(portal(*asked, stdin=ASKED)) == "2026-04-13"
    assert due(portal(*asked, stdin=ASKED, PORTAL_DATABASE_URL=None)) == "2026-04-10"


@pytest.mark.parametrize("url", ["postgresql://portal@127.0.0.1:1/x", "sqlite:///nowhere/x.sqlite"])
def test_without_its_house_the_clock_explains_by_the_shipped_days(portal: Portal, url: str) -> None:
    told = portal("clock", "explain", "--input", "-", stdin=ASKED, PORTAL_DATABASE_URL=url)
    assert (told.exit_code, due(told)) == (0, "2026-04-10")
    assert "these are the shipped bank holidays" in told.stderr


def test_the_check_needs_its_house(portal: Portal) -> None:
    told = portal("clock", "check", PORTAL_DATABASE_URL="postgresql://portal@127.0.0.1:1/x")
    assert told.exit_code == 1
    assert "The database did not do this" in told.output
