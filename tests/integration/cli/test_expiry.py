"""The commands that delete old requests, and that compare rows and files."""

import io
import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from click.testing import Result

from portal.actors import PUBLIC
from portal.expiry.models import ForgottenRequest, MissingFile
from portal.house import House
from portal.recordings.models import Recording
from portal.requests.commands.withdrawing import withdraw
from portal.requests.models import FootageRequest
from tests.factories.applicants import received
from tests.factories.disclosure import recording

Portal = Callable[..., Result]
LONG_AGO = timedelta(days=800)


def ended_long_ago(house: House) -> str:
    at = house.now() - LONG_AGO
    with house.db.writing() as session:
        made = received(session, at=at)
        withdraw(session, request_id=made.id, by=PUBLIC, at=at)
        return made.reference


def count(house: House, table: type[object]) -> int:
    with house.db.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_old_requests_are_shown_first_and_deleted_when_it_is_really_wanted(
    portal: Portal, own_house: House, tmp_path: Path
) -> None:
    reference, told = ended_long_ago(own_house), tmp_path / "told.jsonl"
    shown = portal("retention", "requests", "--list", told)
    assert shown.exit_code == 0, shown.output
    assert "would delete requests: 1" in shown.output
    [line] = [json.loads(line) for line in told.read_text().splitlines()]
    assert (line["reference"], line["outcome"]) == (reference, "would_delete")
    assert line["ending"] == "withdrawn"
    assert count(own_house, FootageRequest) == 1

    done = portal("retention", "requests", "--really", "--json", "--list", told)
    assert json.loads(done.output)["deleted_requests"] == 1
    assert json.loads(told.read_text())["outcome"] == "deleted"
    assert count(own_house, FootageRequest) == 0
    assert count(own_house, ForgottenRequest) == 1


def test_the_days_are_the_forces_own(portal: Portal, own_house: House) -> None:
    ended_long_ago(own_house)
    longer = portal("retention", "requests", "--really", PORTAL_REQUEST_DAYS="1000")
    assert "deleted requests: 0" in longer.output
    assert count(own_house, FootageRequest) == 1


def test_where_rows_and_files_agree_the_exit_code_is_0(portal: Portal, own_house: House) -> None:
    told = portal("storage", "check", "--json")
    assert told.exit_code == 0, told.output
    assert set(json.loads(told.output).values()) == {0}
    assert count(own_house, MissingFile) == 0


def test_a_file_that_is_gone_is_said_loudly_and_shown_to_the_office(
    portal: Portal, own_house: House, tmp_path: Path
) -> None:
    with own_house.db.writing() as session:
        row, _beside_it = (recording(own_house, session, content=b"video") for _ in range(2))
    own_house.footage.delete(str(row.media))
    told = tmp_path / "told.jsonl"
    found = portal("storage", "check", "--list", told)
    assert found.exit_code == 1
    assert f"gone: footage {row.media}, recording {row.id}" in found.output
    assert json.loads(told.read_text())["found"] == "gone"
    assert count(own_house, MissingFile) == 1
    with own_house.db.writing() as session:
        session.execute(sa.update(Recording).values(media=None))
    assert portal("storage", "check").exit_code == 0
    assert count(own_house, MissingFile) == 0


def test_leftovers_are_listed_and_deleted_when_it_is_really_wanted(
    portal: Portal, own_house: House, tmp_path: Path
) -> None:
    key, told = own_house.vault.keep("letters", io.BytesIO(b"left")).key, tmp_path / "told.jsonl"
    at = (own_house.now() - timedelta(days=2)).timestamp()
    os.utime(own_house.settings.data_folder / key, (at, at))
    assert "of these old enough to delete: 1" in portal("storage", "check").output
    assert own_house.vault.storage.exists(key)
    done = portal("storage", "check", "--really", "--list", told)
    assert (done.exit_code, "deleted: 1" in done.output) == (0, True)
    line = json.loads(told.read_text())
    assert (line["found"], line["key"], line["may_go"]) == ("named by no row", key, True)
    assert not own_house.vault.storage.exists(key)
