"""What a decision letter says of the book is enough to check an export of it."""

import re
from pathlib import Path

import sqlalchemy as sa

from portal.audit import verifier
from portal.audit.verify import export
from portal.house import House
from tests.factories.disclosure import answered, ready_to_decide
from tests.factories.tampering import unguard

ANEW = sa.text(
    "UPDATE audit_entry SET actor_kind = 'handler', actor_id = 'somebody else', hash = :hash"
    " WHERE sequence = :number"
)


def stood_at(house: House) -> tuple[str, str]:
    """The number and hash in the letter of an answer, as its reader sees them."""
    link = answered(house, ready_to_decide(house, contents=[b"film"]))
    page = next(file for file in link.release.files if file.name.endswith("letter.html"))
    with house.vault.open(page.named) as source:
        words = re.sub(r"<[^>]+>", "", source.read().decode())
    said = re.search(r"stood at this entry when we wrote: (\d+) ([0-9a-f]{64})", words)
    assert said is not None
    return said[1], said[2]


def exported(house: House, to: Path) -> str:
    with house.db.snapshot() as session:
        to.write_text("".join(export(session)))
    return str(to)


def test_a_letter_confirms_the_book_and_finds_it_written_anew(house: House, tmp_path: Path) -> None:
    number, hashed = stood_at(house)
    file = exported(house, tmp_path / "book.jsonl")
    assert verifier.main([file, "--letter", number, hashed[:16]]) == 0

    with house.db.writing() as session:
        unguard(session)
        parts = list(verifier.read_export(line.encode() for line in export(session)))
        previous = verifier.GENESIS
        for part in parts[:-1]:
            assert isinstance(part, verifier.Written)
            entry = {**part.entry, "actor": ["handler", "somebody else"]}
            previous = verifier.hash_of(entry, previous)
            session.execute(ANEW, {"hash": previous, "number": entry["sequence"]})
        session.execute(sa.text("UPDATE audit_head SET hash = :hash"), {"hash": previous})
    file = exported(house, tmp_path / "anew.jsonl")
    assert verifier.main([file]) == 0
    assert verifier.main([file, "--letter", number, hashed[:16]]) == 1
