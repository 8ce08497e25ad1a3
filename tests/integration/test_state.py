"""Whether anything was committed since: a word that stays the same only while nothing was."""

import threading

import pytest
import sqlalchemy as sa

from portal.house import House
from portal.ids import new_id
from portal.office.models import Handler


def add_handler(house: House) -> None:
    with house.db.writing() as session:
        session.add(
            Handler(
                id=new_id(),
                sign_in_name=new_id().hex,
                name="Somebody",
                passphrase_hash="never used",
                sealed_secret=b"never used",
                roles=[],
                added_at=house.now(),
            )
        )


def test_it_changes_with_every_commit_that_wrote(house: House) -> None:
    words = [house.db.state()]
    for _ in range(20):
        add_handler(house)
        words.append(house.db.state())
    assert len(set(words)) == len(words)


def test_it_stays_while_others_only_read_or_undo(house: House) -> None:
    add_handler(house)
    before = house.db.state()
    with house.db.reading() as session:
        session.scalar(sa.select(sa.func.count()).select_from(Handler))
    assert house.db.state() == before


def test_what_is_not_committed_does_not_show_and_its_commit_does(house: House) -> None:
    with house.db.writing() as session:
        session.add(
            Handler(
                id=new_id(),
                sign_in_name="slow",
                name="Slow",
                passphrase_hash="never used",
                sealed_secret=b"never used",
                roles=[],
                added_at=house.now(),
            )
        )
        session.flush()
        during = house.db.state()
        assert house.db.state() == during
    assert house.db.state() != during


def test_what_was_read_after_a_word_holds_while_the_word_does(house: House) -> None:
    """Many write while one asks: a count that was read after a word is right until it changes."""
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            add_handler(house)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    word = house.db.state()
    try:
        for _ in range(150):
            word = house.db.state()
            first, second = count(house), count(house)
            if house.db.state() == word:
                assert first == second
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    add_handler(house)
    assert house.db.state() != word


def count(house: House) -> int:
    with house.db.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Handler)) or 0


def test_a_lost_connection_is_a_failure_and_the_next_word_a_new_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = house.db.state()
    watch = house.db._watch
    question = watch._question
    monkeypatch.setattr(watch, "_question", "no question at all")
    with pytest.raises(Exception, match="syntax"):
        house.db.state()
    monkeypatch.setattr(watch, "_question", question)
    assert house.db.state() != before
