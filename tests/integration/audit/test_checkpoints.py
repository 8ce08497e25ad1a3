"""Checkpoints: signed, kept outside each hour, and what they find that hashes alone cannot."""

import dataclasses
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.actors import PUBLIC
from portal.audit import verifier
from portal.audit.checkpoints import (
    FILE_NAME,
    checkpoint_now,
    ensure_signing_keys,
    keep_checkpoint,
    kept_checkpoints,
    load_signing_keys,
    public_halves,
)
from portal.audit.commands import record
from portal.audit.verifier import Broken, Witness
from portal.audit.verify import export, verify
from portal.config import BadSettings, Settings, read_settings
from portal.db import Database
from portal.errors import Refused, Upstream
from portal.house import House
from portal.worker import Worker
from tests.conftest import Clock
from tests.servers.smtp import ScriptedSmtp

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def watched(house: House, tmp_path: Path) -> House:
    """A house that keeps checkpoints in a folder outside."""
    (tmp_path / "outside").mkdir()
    ensure_signing_keys(tmp_path / "signing.txt")
    settings = dataclasses.replace(
        house.settings,
        checkpoint_folder=str(tmp_path / "outside"),
        checkpoint_key_file=str(tmp_path / "signing.txt"),
    )
    return dataclasses.replace(house, settings=settings)


def write(database: Database, count: int) -> None:
    for number in range(count):
        with database.writing() as session:
            record(session, "request.viewed", subject="BWV", by=PUBLIC, at=AT, number=number)


def kept(house: House) -> list[str]:
    return (Path(house.settings.checkpoint_folder) / FILE_NAME).read_text().splitlines()


def known(house: House, said: list[str] | None = None) -> list[Witness]:
    """What its checkpoints say, and what is said of lines that were cut off."""
    return kept_checkpoints(house.settings, say=(said if said is not None else []).append)


def test_a_checkpoint_confirms_the_book_and_a_stranger_can_check_it(
    watched: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(watched.db, 3)
    keep_checkpoint(watched.db, watched.settings, at=AT)
    write(watched.db, 2)
    keep_checkpoint(watched.db, watched.settings, at=AT)
    book, key = tmp_path / "book.jsonl", tmp_path / "public.txt"
    with watched.db.snapshot() as session:
        assert verify(session, known(watched)).witnessed == 5
        book.write_text("".join(export(session)))
    (public,) = public_halves(load_signing_keys(tmp_path / "signing.txt"))
    key.write_text(public.hex())
    outside = str(tmp_path / "outside" / FILE_NAME)
    assert verifier.main([str(book), "--checkpoints", outside, "--key", str(key)]) == 0
    assert "confirms it up to entry 5." in capsys.readouterr().out


def test_an_empty_book_has_a_checkpoint_too(watched: House) -> None:
    keep_checkpoint(watched.db, watched.settings, at=AT)
    with watched.db.snapshot() as session:
        assert verify(session, known(watched)).is_whole


def test_a_checkpoint_that_was_changed_is_named(watched: House) -> None:
    write(watched.db, 3)
    keep_checkpoint(watched.db, watched.settings, at=AT)
    file = Path(watched.settings.checkpoint_folder) / FILE_NAME
    file.write_text(file.read_text().replace('"sequence":3', '"sequence":2'))
    with pytest.raises(Broken, match="checkpoint 1 is not one that was signed"):
        known(watched)


@pytest.mark.parametrize("left", [1, 3, 7, 60, -2])
def test_one_that_was_cut_off_is_said_and_the_next_has_a_line_of_its_own(
    watched: House, left: int
) -> None:
    """The power fails while a line is written: its beginning is there."""
    write(watched.db, 3)
    keep_checkpoint(watched.db, watched.settings, at=AT)
    file = Path(watched.settings.checkpoint_folder) / FILE_NAME
    first = file.read_text()
    file.write_text(first + first[:left])
    said: list[str] = []
    assert [each.sequence for each in known(watched, said)] == [3]
    assert said == ["Checkpoint 2 was cut off while it was written: it confirms nothing.\n"]
    write(watched.db, 1)
    keep_checkpoint(watched.db, watched.settings, at=AT)
    assert [each.sequence for each in known(watched)] == [3, 4]


def test_a_full_disk_is_not_taken_for_a_checkpoint(
    watched: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(watched.db, 1)
    really = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda file, line: really(file, line[:40]))
        with pytest.raises(Upstream):
            keep_checkpoint(watched.db, watched.settings, at=AT)
    keep_checkpoint(watched.db, watched.settings, at=AT)
    assert len(known(watched)) == 1


def test_what_an_older_key_signed_still_counts(watched: House) -> None:
    write(watched.db, 1)
    keep_checkpoint(watched.db, watched.settings, at=AT)
    file = Path(watched.settings.checkpoint_key_file)
    file.write_text(f"{file.read_text()}{'07' * 32}\n")
    keep_checkpoint(watched.db, watched.settings, at=AT)
    assert len(known(watched)) == 2


def test_the_worker_keeps_one_each_quarter_of_an_hour(watched: House, clock: Clock) -> None:
    worker = Worker(watched)
    for _ in range(5):
        worker._beat()
        worker.pay_all()
        clock.forward(minutes=10)
    assert len(kept(watched)) == 3  # 9:30 and 9:40 are in one, 9:50 in the next, then 10:00


def test_a_house_without_a_place_outside_keeps_none(house: House) -> None:
    worker = Worker(house)
    worker._beat()
    worker.pay_all()
    assert known(house) == []
    with pytest.raises(Refused, match="portal keys sign"):
        checkpoint_now(house.db, house.settings, at=AT)


def test_one_is_mailed_each_day_and_a_stranger_can_read_it(
    watched: House, clock: Clock, smtp_server: ScriptedSmtp
) -> None:
    settings = dataclasses.replace(
        watched.settings,
        mail_host=smtp_server.host,
        mail_port=smtp_server.port,
        checkpoint_mail_to="witness@example.org",
    )
    worker = Worker(dataclasses.replace(watched, settings=settings))
    write(watched.db, 3)
    for _ in range(3):
        worker._beat()
        worker.pay_all()
        clock.forward(hours=8)
    assert [letter.recipients for letter in smtp_server.messages] == [("witness@example.org",)] * 2
    lines = [letter.message.get_content().strip().encode() for letter in smtp_server.messages]
    keys = public_halves(load_signing_keys(Path(settings.checkpoint_key_file)))
    read = verifier.read_checkpoints(lines, keys, pytest.fail)
    assert [each.sequence for each in read] == [3, 3]


def test_a_place_that_is_away_is_tried_again(watched: House) -> None:
    Path(watched.settings.checkpoint_folder).rmdir()
    with pytest.raises(Upstream):
        keep_checkpoint(watched.db, watched.settings, at=AT)


@pytest.mark.parametrize("text", ["", "abc\n", "# only words\n", "zz" * 32])
def test_a_key_file_that_is_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "keys.txt"
    with pytest.raises(Refused, match="no key file"):
        load_signing_keys(file)
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(Refused):
        load_signing_keys(file)


def test_a_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "keys.txt"
    made = public_halves(ensure_signing_keys(file))
    assert (public_halves(ensure_signing_keys(file)), file.stat().st_mode & 0o777) == (made, 0o600)
    file.chmod(0o640)
    with pytest.raises(Refused, match="chmod 600"):
        load_signing_keys(file)


def test_a_folder_without_a_key_stops_the_start(settings: Settings) -> None:
    given = {
        "PORTAL_DATABASE_URL": "sqlite:///x",
        "PORTAL_BASE_URL": "http://localhost",
        "PORTAL_SECRET_KEY": settings.secret_key,
        "PORTAL_DATA_FOLDER": "a",
        "PORTAL_FOOTAGE_FOLDER": "b",
        "PORTAL_KEYS_FILE": "c",
        "PORTAL_CHECKPOINT_FOLDER": "d",
    }
    with pytest.raises(BadSettings, match="needs PORTAL_CHECKPOINT_KEY_FILE"):
        read_settings(given)
    assert read_settings({**given, "PORTAL_CHECKPOINT_KEY_FILE": "e"}).checkpoint_folder == "d"
