"""Every command: what it prints, what it answers with, and what it says when it cannot."""

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pyotp
import pytest
import sqlalchemy as sa
from click.testing import Result

from portal.actors import COMMAND_LINE
from portal.audit import verifier
from portal.audit.commands import record
from portal.audit.models import AuditEntry
from portal.cli import main
from portal.config import Settings
from portal.holds.models import Hold
from portal.holds.policy import HoldKind
from portal.house import House
from portal.office.commands.signing_in import check_passphrase
from portal.office.models import Handler
from portal.outbox.commands import owe
from portal.outbox.models import OutboxJob
from portal.recordings.models import Recording
from portal.worker import Worker
from tests.conftest import MakeDatabase
from tests.factories.catalogue import LATITUDE, LONGITUDE, line
from tests.factories.public_journey import PLACES
from tests.factories.tampering import unguard
from tests.servers.programs import PORTAL, environment_of

Portal = Callable[..., Result]
FACTS = json.loads((Path(__file__).parents[2] / "facts" / "clock.json").read_text())["facts"]
AT = datetime(2026, 11, 1, 20, 10, tzinfo=UTC)
PASSPHRASE = "seven green bottles"


def every_command() -> list[tuple[str, ...]]:
    return list(below(main))


def below(group: Any, words: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        found.append((*words, name))
        if hasattr(command, "list_commands"):
            found += below(command, (*words, name))
    return found


def count(house: House, table: Any) -> int:
    with house.db.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


# What they say of themselves


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_every_command_explains_itself_without_any_settings(
    portal: Portal, environment: dict[str, str], words: tuple[str, ...]
) -> None:
    bare = dict.fromkeys(name for name in environment if name.startswith("PORTAL_"))
    for option in ("--help", "-h"):
        told = portal(*words, option, **bare)
        assert told.exit_code == 0, told.output
        assert f"Usage: main {' '.join(words)}" in told.output


def test_there_is_a_command_for_each_deed() -> None:
    assert {" ".join(words) for words in every_command() if len(words) == 2} | {"worker"} == {
        "audit checkpoint",
        "audit export",
        "audit verify",
        "clients add",
        "clients end",
        "clients list",
        "clock check",
        "clock explain",
        "db upgrade",
        "demo build",
        "handlers add",
        "holds level",
        "holds lift",
        "holds list",
        "holds place",
        "holds review",
        "holidays import",
        "holidays list",
        "keys make",
        "keys check",
        "keys rotate",
        "keys sign",
        "mail returned",
        "matters kinds",
        "matters list",
        "matters open",
        "matters close",
        "outbox status",
        "recordings import",
        "recordings places",
        "recordings search",
        "retention requests",
        "retention run",
        "storage check",
        "worker",
    }


def test_the_list_of_commands_says_what_each_command_says_of_itself(portal: Portal) -> None:
    listed = portal("--help").output
    for words in every_command():
        if len(words) == 1:
            assert f"  {words[0]} " in listed


# Settings


def test_every_fault_of_the_settings_is_named_at_once_and_nothing_is_done(portal: Portal) -> None:
    told = portal(
        *("outbox", "status"),
        PORTAL_KEYS_FILE=None,
        PORTAL_BASE_URL="http://video.example.org",
        PORTAL_SECRET_KEY="short-canary",
        PORTAL_MAIL_PORT="smtp",
        PORTAL_DEBUG="yes",
    )
    assert told.exit_code == 1
    for name in ("KEYS_FILE", "BASE_URL", "SECRET_KEY", "MAIL_PORT", "DEBUG"):
        assert f"PORTAL_{name}" in told.output
    assert "PORTAL_DEBUG is not a setting of the portal" in told.output
    assert "short-canary" not in told.output
    assert "Traceback" not in told.output


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"PORTAL_KEYS_FILE": "/nonexistent/keys.txt"}, "There is no key file"),
        ({"PORTAL_DATABASE_URL": "nonsense"}, "must be sqlite:/// and a path"),
        (
            {"PORTAL_DATABASE_URL": "sqlite:////nonexistent/x.sqlite"},
            "The database did not do this",
        ),
        (
            {"PORTAL_DATABASE_URL": "postgresql://a:canary-word@127.0.0.1:1/x"},
            "The database did not do this",
        ),
        ({"PORTAL_RECOVERY_RECIPIENT": "age1nonsense"}, "not an age recipient"),
    ],
)
def test_what_cannot_be_had_is_one_plain_line(
    portal: Portal, changed: dict[str, str], words: str
) -> None:
    told = portal("outbox", "status", **changed)
    assert told.exit_code == 1
    assert words in told.output
    assert told.output.count("\n") == 1
    assert "canary-word" not in told.output


def test_a_database_without_tables_is_told_from_a_fault(portal: Portal, tmp_path: Path) -> None:
    told = portal("outbox", "status", PORTAL_DATABASE_URL=f"sqlite:///{tmp_path}/empty.sqlite")
    assert told.exit_code == 1
    assert "portal db upgrade" in told.output
    assert "SELECT" not in told.output


# The database


def test_an_empty_database_is_brought_up_to_date_and_again(portal: Portal, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/empty.sqlite"
    for _ in range(2):
        told = portal("db", "upgrade", PORTAL_DATABASE_URL=url)
        assert told.exit_code == 0, told.output
        assert told.output.endswith("The database is up to date.\n")
    assert portal("audit", "verify", PORTAL_DATABASE_URL=url).exit_code == 0


@pytest.mark.postgresql
def test_on_an_empty_postgresql_too_through_the_real_program(
    settings: Settings, make_empty_postgres: MakeDatabase
) -> None:
    env = environment_of(settings, make_empty_postgres().url)
    add = ["handlers", "add", "ada", "--name", "Ada", "--role", "intake", "--passphrase"]
    told = [
        subprocess.run([PORTAL, *words], env=env, capture_output=True, text=True, check=False)
        for words in (["db", "upgrade"], [*add, PASSPHRASE], ["audit", "verify", "--json"])
    ]
    assert [(one.returncode, one.stderr) for one in told] == [(0, "")] * 3
    assert json.loads(told[-1].stdout) == {
        "whole": True,
        "entries": 1,
        "broken_at": None,
        "witnessed": 0,
        "reason": "every entry is as it was written",
    }


# Handlers


def add(portal: Portal, *more: str, name: str = "ada", passphrase: str = PASSPHRASE) -> Result:
    words = ("handlers", "add", name, "--name", "Ada Example", "--role", "intake")
    return portal(*words, *more, HANDLER_PASSPHRASE=passphrase)


def test_a_handler_is_added_and_their_secret_is_told_once(portal: Portal, own_house: House) -> None:
    told = add(portal, "--role", "auditor", "--json")
    assert told.exit_code == 0, told.output
    facts = json.loads(told.output)
    assert facts["handler"] == "ada"
    assert pyotp.parse_uri(facts["authenticator_address"]).secret == facts["authenticator_secret"]
    with own_house.db.reading() as session:
        handler = session.scalars(sa.select(Handler)).one()
        assert handler.roles == ["auditor", "intake"]
        assert check_passphrase(session, sign_in_name="ADA", passphrase=PASSPHRASE) == handler.id
        assert facts["authenticator_secret"].encode() not in handler.sealed_secret
        assert "handler.added" in session.scalars(sa.select(AuditEntry.deed)).all()
    assert PASSPHRASE not in told.output


def test_the_passphrase_is_asked_for_twice_and_not_shown(portal: Portal) -> None:
    words = ("handlers", "add", "ada", "--name", "Ada", "--role", "intake")
    told = portal(*words, stdin=f"{PASSPHRASE}\n{PASSPHRASE}\n")
    assert told.exit_code == 0, told.output
    assert PASSPHRASE not in told.output
    other = portal(*words, stdin=f"{PASSPHRASE}\nsomething else\n")
    assert other.exit_code == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"passphrase": "fourteen chars"}, "at least 15 characters"),
        ({"name": "   "}, "Enter a sign-in name"),
    ],
)
def test_a_handler_who_cannot_be_added_is_not(
    portal: Portal, own_house: House, given: dict[str, str], words: str
) -> None:
    told = add(portal, **given)
    assert (told.exit_code, words in told.output) == (1, True), told.output
    assert count(own_house, Handler) == 0


def test_a_name_is_given_once_and_a_role_must_exist(portal: Portal, own_house: House) -> None:
    assert add(portal).exit_code == 0
    assert "This sign-in name is taken" in add(portal, name="ADA").output
    assert add(portal, "--role", "emperor", name="eve").exit_code == 2
    assert count(own_house, Handler) == 1


# The book


def written(house: House, lines: int) -> None:
    for number in range(lines):
        with house.db.writing() as session:
            record(
                session, "outbox.revived", subject=str(number), by=COMMAND_LINE, at=house.now(), n=1
            )


def test_a_whole_book_is_exit_code_0(portal: Portal, own_house: House) -> None:
    written(own_house, 3)
    told = portal("audit", "verify", "--json")
    assert told.exit_code == 0
    assert json.loads(told.output) == {
        "whole": True,
        "entries": 3,
        "broken_at": None,
        "witnessed": 0,
        "reason": "every entry is as it was written",
    }
    assert "whole: True" in portal("audit", "verify").output


@pytest.mark.parametrize(
    ("tampering", "broken_at", "reason"),
    [
        ("UPDATE audit_entry SET subject = 'x' WHERE sequence = 2", 2, "not what was written"),
        ("DELETE FROM audit_entry WHERE sequence = 1", 1, "entry 1 is missing"),
        ("DELETE FROM audit_entry WHERE sequence = 3", 3, "cut off"),
        ("UPDATE audit_head SET hash = 'x'", 3, "head of the book"),
    ],
)
def test_a_book_that_was_tampered_with_is_exit_code_1_and_says_where(
    portal: Portal, own_house: House, tampering: str, broken_at: int, reason: str
) -> None:
    written(own_house, 3)
    with own_house.db.writing() as session:
        unguard(session)
        session.execute(sa.text(tampering))
    told = portal("audit", "verify", "--json")
    assert told.exit_code == 1
    facts = json.loads(told.output)
    assert (facts["whole"], facts["broken_at"]) == (False, broken_at)
    assert reason in facts["reason"]
    assert portal("audit", "verify").exit_code == 1


def test_the_whole_book_is_exported_and_that_is_a_deed(
    portal: Portal, own_house: House, tmp_path: Path
) -> None:
    written(own_house, 3)
    file = tmp_path / "book.jsonl"
    assert portal("audit", "export", file).exit_code == 0
    assert verifier.main([str(file)]) == 0
    lines = portal("audit", "export").output.splitlines(keepends=True)
    assert lines[:3] == file.read_text().splitlines(keepends=True)[:3]
    told = json.loads(lines[3])
    assert (told["deed"], told["details"]) == ("book.exported", {"entries": 3})


def test_a_checkpoint_is_printed_and_finds_what_hashes_cannot(
    portal: Portal, own_house: House, tmp_path: Path
) -> None:
    written(own_house, 3)
    key, folder = tmp_path / "signing.txt", tmp_path / "outside"
    folder.mkdir()
    told = portal("keys", "sign", key)
    assert (told.exit_code, len(told.output.strip())) == (0, 64)
    assert portal("keys", "sign", key).output == told.output
    assert "is not set" in portal("audit", "checkpoint").output
    given = {"PORTAL_CHECKPOINT_KEY_FILE": str(key), "PORTAL_CHECKPOINT_FOLDER": str(folder)}
    line = portal("audit", "checkpoint", **given).output
    (folder / "checkpoints.jsonl").write_text(line)
    assert json.loads(portal("audit", "verify", "--json", **given).output)["witnessed"] == 3
    (folder / "checkpoints.jsonl").write_text(line.replace('"sequence":3', '"sequence":4'))
    bad = portal("audit", "verify", **given)
    assert (bad.exit_code, "not one that was signed" in bad.output) == (1, True)


# The outbox


def test_what_is_owed_is_counted(portal: Portal, own_house: House) -> None:
    nothing = {"owed": 0, "leased": 0, "settled": 0, "dead": 0, "oldest_owed_at": None}
    nothing |= {"may_have_gone_twice": 0}
    assert json.loads(portal("outbox", "status", "--json").output) == nothing
    with own_house.db.writing() as session:
        owe(session, "pack", payload={}, key="one", at=AT)
        owe(session, "pack", payload={}, key="two", at=AT + timedelta(hours=1))
    facts = json.loads(portal("outbox", "status", "--json").output)
    assert facts == {**nothing, "owed": 2, "oldest_owed_at": str(AT)}
    assert "owed: 2" in portal("outbox", "status").output


# Recordings


def file_of(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "recordings.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_recordings_are_taken_in_and_the_same_file_twice_changes_nothing(
    portal: Portal, own_house: House, tmp_path: Path
) -> None:
    path = file_of(tmp_path, line("REC-1", AT), line("REC-2", AT, north=0.01))
    first = portal("recordings", "import", path, "--json")
    assert first.exit_code == 0
    assert json.loads(first.output) == {
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "rejected_count": 0,
        "rejected": [],
    }
    before = count(own_house, AuditEntry), table(own_house)
    again = portal("recordings", "import", path, "--json")
    assert json.loads(again.output)["unchanged"] == 2
    assert not path.with_name(f"{path.name}.rejected").exists()
    assert (count(own_house, AuditEntry), table(own_house)) == before


def table(house: House) -> list[tuple[Any, ...]]:
    with house.db.reading() as session:
        rows = session.execute(sa.select(Recording.__table__).order_by(Recording.id))
        return [tuple(row) for row in rows]


def test_bad_lines_are_named_the_rest_is_kept_and_the_exit_code_is_1(
    portal: Portal, own_house: House, tmp_path: Path
) -> None:
    misspelt = json.dumps({**json.loads(line("REC-3", AT)), "offficer": "L1"})
    path = file_of(tmp_path, line("REC-1", AT), "not JSON", misspelt, line("REC-2", AT))
    told = portal("recordings", "import", path)
    assert told.exit_code == 1
    assert "created: 2" in told.stdout
    said = told.stderr.splitlines()
    assert [one.split(":")[0] for one in said] == ["line 2", "line 3"]
    assert "offficer" in said[1]
    beside = path.with_name(f"{path.name}.rejected")
    assert f"rejects: {beside}" in told.stdout
    assert beside.read_text().splitlines() == said
    assert count(own_house, Recording) == 2
    as_json = portal("recordings", "import", path, "--json")
    assert as_json.exit_code == 1
    facts = json.loads(as_json.output)
    assert (facts["unchanged"], facts["rejected_count"]) == (2, 2)
    assert [one["line_number"] for one in facts["rejected"]] == [2, 3]


def test_recordings_come_through_a_pipe_too(portal: Portal, own_house: House) -> None:
    assert portal("recordings", "import", "-", stdin=line("REC-1", AT)).exit_code == 0
    assert count(own_house, Recording) == 1


def test_a_file_that_is_not_there_is_said(portal: Portal, tmp_path: Path) -> None:
    told = portal("recordings", "import", tmp_path / "nothing.jsonl")
    assert told.exit_code == 2
    assert "No such file" in told.output


def test_a_search_is_answered_line_by_line_in_the_promised_shape(
    portal: Portal, tmp_path: Path
) -> None:
    take_in = file_of(tmp_path, line("REC-1", AT), line("REC-2", AT, track=[]))
    assert portal("recordings", "import", take_in).exit_code == 0
    window = {"from": "2026-11-01T20:00:00Z", "until": "2026-11-01T20:30:00Z"}
    near = {"lat": LATITUDE, "lon": LONGITUDE, "radius_m": 150}
    asked = tmp_path / "asked.jsonl"
    asked.write_text(
        "\n".join(
            json.dumps(one)
            for one in (
                {**window, "point": near},
                {**window, "point": {"lat": 10.0, "lon": 10.0, "radius_m": 50}},
                {**window, "line": [[LATITUDE, LONGITUDE], [51.47, -0.11]], "radius_m": 50},
                {**window, "area": "Lambeth"},
            )
        )
    )
    told = portal("recordings", "search", "--input", asked, "--json")
    assert told.exit_code == 0, told.output
    answers = [json.loads(each) for each in told.output.splitlines()]
    assert [set(answer) for answer in answers] == [{"found"}] * 4
    assert [[one["recording_id"] for one in answer["found"]][:1] for answer in answers] == [
        ["REC-1"],
        ["REC-2"],
        ["REC-1"],
        ["REC-1"],
    ]
    # Nobody knows where REC-2 was, so it is offered wherever somebody asks.
    assert {one["place"] for one in answers[1]["found"]} == {"uncertain"}
    first = answers[0]["found"][0]
    assert list(first) == ["recording_id", "place", "score", "distance_m", "overlap_s", "reasons"]
    assert first["place"] == "tracked"
    assert first["distance_m"] == pytest.approx(0, abs=1)
    assert first["overlap_s"] == 600
    assert isinstance(first["score"], float)
    assert first["reasons"] and all(isinstance(one, str) for one in first["reasons"])
    uncertain = [one for one in answers[3]["found"] if one["recording_id"] == "REC-2"]
    assert [(one["place"], one["distance_m"]) for one in uncertain] == [("uncertain", None)]
    through_a_pipe = portal("recordings", "search", stdin=asked.read_bytes())
    assert through_a_pipe.output == told.output


def test_a_line_that_is_no_search_is_answered_in_its_place(portal: Portal) -> None:
    good = {"from": str(AT), "until": str(AT + timedelta(hours=1)), "area": "Lambeth"}
    lines = ["nonsense", json.dumps(good), json.dumps({**good, "near": "the tube"})]
    told = portal("recordings", "search", stdin="\n".join(lines))
    assert told.exit_code == 1
    answers = [json.loads(each) for each in told.output.splitlines()]
    assert [list(answer) for answer in answers] == [["error"], ["found"], ["error"]]
    assert "near" in answers[2]["error"]


def test_places_are_taken_in_and_bad_lines_named(portal: Portal, tmp_path: Path) -> None:
    good = [json.dumps(place) for place in PLACES]
    path = file_of(tmp_path, *good, '{"kind": "street"}')
    first = portal("recordings", "places", path)
    assert first.exit_code == 1
    assert first.stderr.startswith(f"line {len(good) + 1}: ")
    again = portal("recordings", "places", file_of(tmp_path, *good), "--json")
    assert again.exit_code == 0
    facts = json.loads(again.output)
    assert (facts["unchanged"], facts["rejected"]) == (len(good), [])


# Retention


def test_routine_deletion_shows_first_and_deletes_when_told(
    portal: Portal, own_house: House, tmp_path: Path
) -> None:
    now = own_house.now()
    lines = [
        line("OLD", now - timedelta(days=40)),
        line("NEW", now - timedelta(days=3)),
        line("EVIDENCE", now - timedelta(days=40), category="evidential"),
    ]
    portal("recordings", "import", file_of(tmp_path, *lines))
    Worker(own_house).pay_all()
    listing = tmp_path / "listing.ndjson"
    shown = json.loads(portal("retention", "run", "--json", "--list", str(listing)).output)
    assert (shown["would_delete"], shown["kept_by_category"]) == (1, 1)
    assert list(shown["would_delete_by_day"].values()) == [1]
    assert "deleted" not in shown
    assert deleted(own_house) == []
    (told,) = [json.loads(one) for one in listing.read_text().splitlines()]
    assert (told["id"], told["outcome"]) == ("OLD", "would_delete")
    assert told["why"] == "not evidence, and older than 31 days"
    assert "recorded on " in portal("retention", "run").output
    done = json.loads(
        portal("retention", "run", "--really", "--json", "--list", str(listing)).output
    )
    assert done["deleted"] == 1
    assert json.loads(listing.read_text())["outcome"] == "deleted"
    assert deleted(own_house) == ["OLD"]
    assert "deleted: 0" in portal("retention", "run", "--really").output


def deleted(house: House) -> list[str]:
    with house.db.reading() as session:
        return [one.source_id for one in session.scalars(sa.select(Recording)) if one.is_deleted]


# Matters


def test_matters_are_opened_listed_and_closed(
    portal: Portal, own_house: House, tmp_path: Path
) -> None:
    opened = portal("matters", "open", "CR/1234", "--kind", "H1")
    assert opened.exit_code == 0, opened.output
    portal("recordings", "import", file_of(tmp_path, line("REC-1", AT, matter="CR/1234")))
    (listed,) = [json.loads(one) for one in matters(portal, "--json")]
    assert (listed["matter"], listed["kind"], listed["recordings_held"]) == ("CR/1234", "H1", 1)
    assert listed["closed_at"] is None
    assert "holds 1" in matters(portal)[0]
    closed = portal("matters", "close", "CR/1234", "--why", "No charge", "--json")
    assert json.loads(closed.output) == {"matter": "CR/1234", "holds_lifted": 1}
    assert matters(portal) == []
    assert "closed" in matters(portal, "--closed")[0]
    with own_house.db.reading() as session:
        assert session.scalars(sa.select(Hold)).one().lifted_at is not None


def test_the_eight_kinds_of_matter_say_what_opens_and_ends_them(portal: Portal) -> None:
    told = portal("matters", "kinds").output
    assert [line[:2] for line in told.splitlines() if line[0] != " "] == list(HoldKind)
    assert "    ends: The coroner consents.\n    decided by: The coroner’s officer\n" in told
    kinds = [json.loads(one) for one in portal("matters", "kinds", "--json").output.splitlines()]
    assert [each["kind"] for each in kinds] == list(HoldKind)
    assert kinds[1]["ends"][0] == "It is discontinued."


def matters(portal: Portal, *more: str) -> list[str]:
    return portal("matters", "list", *more).output.splitlines()


def test_a_matter_is_opened_once_and_one_that_is_not_there_cannot_be_closed(portal: Portal) -> None:
    assert portal("matters", "open", "CR/1").exit_code == 0
    again = portal("matters", "open", "CR/1")
    assert again.exit_code == 1 and again.output.startswith("Error: ")
    missing = portal("matters", "close", "CR/2", "--why", "Over")
    assert missing.exit_code == 1 and missing.output.startswith("Error: ")
    assert portal("matters", "close", "CR/1").exit_code == 2


# The clock


def test_every_worked_example_comes_out_at_the_command_line(portal: Portal) -> None:
    told = portal(
        *("clock", "explain", "--input", "-", "--json"),
        stdin=json.dumps([fact["input"] for fact in FACTS]),
    )
    assert told.exit_code == 0
    answers = json.loads(told.output)
    assert len(answers) == len(FACTS) > 20
    for fact, answer in zip(FACTS, answers, strict=True):
        shown = {name: answer[name] for name in fact["expected"]}
        assert shown == fact["expected"], fact["id"]
        assert answer["refused"] is None
        assert answer["working"]


def test_one_object_is_answered_too_and_people_can_read_it(portal: Portal) -> None:
    asked = json.dumps(FACTS[0]["input"])
    assert len(json.loads(portal("clock", "explain", "--input", "-", stdin=asked).output)) == 1
    text = portal("clock", "explain", "--input", "-", "--text", stdin=asked).output
    assert "10 April 2026" in text


@pytest.mark.parametrize("asked", ["not JSON", "", "[" * 100_000])
def test_what_is_not_json_is_said_plainly(portal: Portal, asked: str) -> None:
    told = portal("clock", "explain", "--input", "-", stdin=asked)
    assert told.exit_code == 1
    assert told.output.startswith("Error: The input is not JSON")


def test_the_clock_needs_no_settings(portal: Portal, environment: dict[str, str]) -> None:
    bare = dict.fromkeys(name for name in environment if name.startswith("PORTAL_"))
    asked = json.dumps(FACTS[0]["input"])
    assert portal("clock", "explain", "--input", "-", stdin=asked, **bare).exit_code == 0


# The demonstration


def test_the_demonstration_is_never_mixed_with_real_recordings(
    portal: Portal, own_house: House, tmp_path: Path
) -> None:
    portal("recordings", "import", file_of(tmp_path, line("REC-1", AT)))
    owed = count(own_house, OutboxJob)
    told = portal("demo", "build")
    assert told.exit_code == 1
    assert "needs an empty database" in told.output
    assert count(own_house, Recording) == 1
    assert count(own_house, OutboxJob) == owed


# Keys


def test_keys_are_made_once_and_for_their_owner_alone(portal: Portal, tmp_path: Path) -> None:
    file = tmp_path / "made" / "keys.txt"
    assert portal("keys", "make", str(file)).output == f"{file} holds 1 key.\n"
    first = file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert portal("keys", "make", str(file)).exit_code == 0
    assert file.read_text() == first
