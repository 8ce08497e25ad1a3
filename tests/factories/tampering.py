"""Every way to change a book that we could think of, chosen by chance from a seed."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.audit.verifier import GENESIS, Head, Witness, Written, entry_line, hash_of, head_line

TABLES = ("audit_entry", "audit_head")
Book = tuple[list[Written], Head]
Mutation = Callable[[Book, Random], Book]


def unguard(session: Session) -> None:
    """Take away what keeps the book's rows as they are, as whoever owns the database can."""
    for table in TABLES:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        else:
            for moment in ("update", "delete", "insert"):
                session.execute(sa.text(f"DROP TRIGGER {table}_{moment}"))


def a_book(count: int) -> Book:
    """A whole book of so many entries."""
    entries: list[dict[str, Any]] = [
        {
            "sequence": number,
            "at": f"2026-11-02T09:30:00.{number:06}Z",
            "actor": ["handler", f"h{number % 3}"],
            "deed": "request.viewed",
            "subject": f"BWV-2222-22{number % 5}2",
            "details": {"number": number, "word": "“ő”", "is_late": number % 2 == 0},
        }
        for number in range(1, count + 1)
    ]
    return chained(entries)


def chained(entries: list[dict[str, Any]]) -> Book:
    """These entries with all their hashes reckoned, and the head that fits."""
    written, previous = [], GENESIS
    for entry in entries:
        previous = hash_of(entry, previous)
        written.append(Written(entry, previous))
    return written, Head(len(written), previous)


def known_of(book: Book, *numbers: int) -> list[Witness]:
    """What checkpoints of these entries would say."""
    return [Witness(number, book[0][number - 1].hash, "a checkpoint") for number in numbers]


def as_lines(book: Book) -> list[bytes]:
    """The export of a book."""
    return [*(entry_line(one).encode() for one in book[0]), head_line(book[1]).encode()]


def change_a_fact(book: Book, chance: Random) -> Book:
    return _put(book, place := _place(book, chance), _changed(book[0][place], chance))


def change_a_hash(book: Book, chance: Random) -> Book:
    place = _place(book, chance)
    return _put(book, place, replace(book[0][place], hash=_digits(chance)))


def remove_one(book: Book, chance: Random) -> Book:
    place = _place(book, chance)
    return [*book[0][:place], *book[0][place + 1 :]], book[1]


def remove_one_and_close_the_gap(book: Book, chance: Random) -> Book:
    entries, head = remove_one(book, chance)
    return _renumbered(entries), head


def add_one(book: Book, chance: Random) -> Book:
    place = chance.randrange(len(book[0]) + 1)
    added = _changed(chance.choice(book[0]), chance)
    return _renumbered([*book[0][:place], added, *book[0][place:]]), book[1]


def exchange_two(book: Book, chance: Random) -> Book:
    one, other = chance.sample(range(len(book[0])), 2)
    entries = list(book[0])
    entries[one], entries[other] = entries[other], entries[one]
    return _renumbered(entries), book[1]


def cut_off(book: Book, chance: Random) -> Book:
    return book[0][: _place(book, chance)], book[1]


def cut_off_with_the_head(book: Book, chance: Random) -> Book:
    entries = book[0][: _place(book, chance)]
    return entries, Head(len(entries), entries[-1].hash if entries else GENESIS)


def change_the_head(book: Book, chance: Random) -> Book:
    if chance.random() < 0.5:
        return book[0], replace(book[1], hash=_digits(chance))
    return book[0], replace(book[1], sequence=chance.randrange(2 * len(book[0])))


def hash_one_anew(book: Book, chance: Random) -> Book:
    place = _place(book, chance)
    changed = _changed(book[0][place], chance)
    before = book[0][place - 1].hash if place else GENESIS
    return _put(book, place, replace(changed, hash=hash_of(changed.entry, before)))


def hash_the_rest_anew(book: Book, chance: Random) -> Book:
    change = chance.choice([change_a_fact, remove_one, add_one, exchange_two])
    entries, _ = change(book, chance)
    anew = chained([dict(one.entry) for one in _renumbered(entries)])
    # Adding at the end with the right hash is what the portal does, and is no change of the book.
    return book if anew[0][: len(book[0])] == book[0] else anew


MUTATIONS: tuple[Mutation, ...] = (
    *(change_a_fact, change_a_hash, remove_one, remove_one_and_close_the_gap, add_one),
    *(exchange_two, cut_off, cut_off_with_the_head, change_the_head, hash_one_anew),
    hash_the_rest_anew,
)


def mutated(book: Book, chance: Random) -> tuple[str, Book]:
    """The book changed in one way, and that way's name. What came out the same is tried again."""
    while True:
        mutation = chance.choice(MUTATIONS)
        changed = mutation(book, chance)
        if changed != book:
            return mutation.__name__, changed


def mutated_bytes(lines: list[bytes], chance: Random) -> tuple[str, list[bytes]]:
    """An export whose bytes were changed without knowing what they mean."""
    text = b"".join(lines)
    while True:
        way = chance.choice(["byte", "cut", "drop", "line", "swap", "twice", "bits"])
        changed = _bent(way, text, lines, chance)
        if changed != text:
            return way, changed.splitlines(keepends=True)


def _bent(way: str, text: bytes, lines: list[bytes], chance: Random) -> bytes:
    place, line = chance.randrange(len(text)), chance.randrange(len(lines))
    others = [*lines[:line], *lines[line + 1 :]]
    match way:
        case "byte":
            return text[:place] + bytes([chance.randrange(256)]) + text[place + 1 :]
        case "bits":
            return (
                text[:place] + bytes([text[place] ^ 1 << chance.randrange(8)]) + text[place + 1 :]
            )
        case "cut":
            return text[:place]
        case "drop":
            return text[:place] + text[place + chance.randrange(1, 400) :]
        case "line":
            return b"".join(others)
        case "swap":
            return b"".join(
                [*others[: (to := chance.randrange(len(lines)))], lines[line], *others[to:]]
            )
        case _:
            return b"".join([*lines[:line], lines[line], *lines[line:]])


def _changed(written: Written, chance: Random) -> Written:
    fact, value = chance.choice(
        [
            ("at", f"2026-11-{chance.randrange(1, 31):02}T10:30:00.{chance.randrange(10**6):06}Z"),
            ("actor", [chance.choice(["handler", "worker", "public"]), f"h{chance.randrange(9)}"]),
            ("deed", chance.choice(["request.viewed", "request.received", "hold.lifted"])),
            ("subject", f"BWV-{chance.randrange(10**4):04}-2222"),
            ("details", {"number": chance.randrange(10**6)}),
            ("details", {**written.entry["details"], "number": str(chance.randrange(100))}),
            ("details", {}),
        ]
    )
    return replace(written, entry={**written.entry, fact: value})


def _renumbered(entries: list[Written]) -> list[Written]:
    return [
        replace(one, entry={**one.entry, "sequence": number})
        for number, one in enumerate(entries, 1)
    ]


def _put(book: Book, place: int, written: Written) -> Book:
    return [*book[0][:place], written, *book[0][place + 1 :]], book[1]


def _place(book: Book, chance: Random) -> int:
    return chance.randrange(len(book[0]))


def _digits(chance: Random) -> str:
    return f"{chance.getrandbits(256):064x}"
