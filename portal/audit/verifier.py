"""Check an exported book of deeds. This one file is all you need, and Python 3.11 or newer:

    python verifier.py book.jsonl
    python verifier.py book.jsonl --checkpoints checkpoints.jsonl --key checkpoint-key.txt
    python verifier.py book.jsonl --letter 1234 0f3c6e5d2b7a9081

It asks nothing of the network and uses Python's own library alone, so that you need trust nobody's
program but this, which you can read. The portal checks its own book with the same lines.

Every deed is one entry, numbered from 1 without gaps. Its hash is the SHA-256 of the hash before
it, a line break, and its own text; so changing, removing, adding or moving an entry breaks every
hash that follows. Whoever can write the whole book anew can also reckon all its hashes anew. What
shows that is what was kept elsewhere: signed checkpoints, and the number and hash that are printed
in letters. Entries after the last of those are held by their hashes alone.

Exit code 0: whole. 1: not whole, and it says what is wrong and where. 2: it could not be checked.
"""

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The hash "before" the first entry.
GENESIS = "0" * 64

# What each entry says. An exported line also has its "hash".
NAMES = ("actor", "at", "deed", "details", "sequence", "subject")
Entry = Mapping[str, Any]


def canonical(entry: Mapping[str, Any]) -> str:
    """The one text of a set of facts: sorted keys, no spaces, plain ASCII."""
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def hash_of(entry: Entry, previous: str) -> str:
    """SHA-256 in hex over the previous entry's hash and this entry's canonical text."""
    return hashlib.sha256(f"{previous}\n{canonical(entry)}".encode()).hexdigest()


@dataclass(frozen=True)
class Written:
    """An entry, and the hash that was written down with it."""

    entry: Entry
    hash: str


@dataclass(frozen=True)
class Head:
    """The last entry's number and hash, as the book itself keeps them. It ends the book."""

    sequence: int
    hash: str


@dataclass(frozen=True)
class Witness:
    """What somebody outside knows of the book: an entry's number and its hash, or how it begins.

    `source` says who, such as "the checkpoint of 2026-11-02T09:30:00.000000Z".
    """

    sequence: int
    hash: str
    source: str


@dataclass(frozen=True)
class Verdict:
    """What the walk found. `broken_at` is the first entry that is not certain to be what was
    written; None when all is whole. `witnessed` is the last entry that a witness confirmed."""

    entries: int
    broken_at: int | None
    reason: str
    witnessed: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether every entry is as it was written."""
        return self.broken_at is None


class Broken(Exception):
    """Something is not as it was written: at which entry, and what, in words."""

    def __init__(self, at: int, reason: str) -> None:
        super().__init__(reason)
        self.at, self.reason = at, reason


def walk(book: Iterable[Written | Head], witnesses: Iterable[Witness] = ()) -> Verdict:
    """Go through a book, its entries and then its head, and name the first thing that is wrong."""
    reckoning = Reckoning(witnesses)
    try:
        for part in book:
            if isinstance(part, Head):
                reckoning.end(part)
            else:
                reckoning.take(part)
    except Broken as found:
        return Verdict(reckoning.count, found.at, found.reason, reckoning.witnessed)
    return Verdict(reckoning.count, None, "every entry is as it was written", reckoning.witnessed)


class Reckoning:
    """How far the walk has come: the entries so far, the last hash, and the last witness."""

    def __init__(self, witnesses: Iterable[Witness]) -> None:
        self.count, self.witnessed = 0, 0
        self._hash = GENESIS
        # The nearest is taken from the end.
        self._ahead = sorted(witnesses, key=lambda known: known.sequence, reverse=True)
        self._ask_witnesses()

    def take(self, written: Written) -> None:
        """Check the next entry. Raises Broken."""
        expected, found = self.count + 1, written.entry["sequence"]
        if type(found) is not int or found < expected:
            raise Broken(expected, f"entry {expected} is missing: another stands in its place")
        if found > expected:
            raise Broken(expected, f"entry {expected} is missing: entry {found} stands there")
        self.count, self._hash = expected, hash_of(written.entry, self._hash)
        if written.hash != self._hash:
            raise Broken(expected, f"entry {expected} is not what was written")
        self._ask_witnesses()

    def end(self, head: Head) -> None:
        """Check that the book ends where its head and all witnesses say. Raises Broken."""
        if self.count < head.sequence:
            missing = self.count + 1
            raise Broken(missing, f"entry {missing} is missing: the end was cut off")
        if self._ahead:
            known, first = self._ahead[0], self.witnessed + 1
            told = f"the book ends at entry {self.count}, and {known.source} knows of entry"
            rest = f"what follows entry {self.witnessed} was cut off or changed"
            raise Broken(first, f"{told} {known.sequence}: {rest}")
        if (self.count, self._hash) != (head.sequence, head.hash):
            raise Broken(self.count, f"entry {self.count} does not agree with the head of the book")

    def _ask_witnesses(self) -> None:
        while self._ahead and self._ahead[-1].sequence <= self.count:
            known = self._ahead.pop()
            if known.sequence != self.count or not self._hash.startswith(known.hash):
                first = self.witnessed + 1
                told = f"entry {self.count} is not the one that {known.source} knows"
                rest = f"something from entry {first} on was changed, and hashed anew"
                raise Broken(min(first, self.count), f"{told}: {rest}")
            self.witnessed = self.count


# Exported books: a line of canonical JSON for each entry, and one for the head at the end.


def entry_line(written: Written) -> str:
    """An entry as it stands in an export."""
    return canonical({**written.entry, "hash": written.hash}) + "\n"


def head_line(head: Head) -> str:
    """The last line of an export."""
    return canonical({"head": {"hash": head.hash, "sequence": head.sequence}}) + "\n"


def read_export(lines: Iterable[bytes]) -> Iterator[Written | Head]:
    """The entries of an export and its head, read line by line.

    Raises Broken for a line that the portal did not write so, to the letter.
    """
    number, head = 0, None
    for number, line in enumerate(lines, 1):
        if head is not None:
            raise Broken(number - 1, f"line {number} stands after the end of the book")
        part = _part(line, number)
        head = part if isinstance(part, Head) else None
        yield part
    if head is None:
        raise Broken(number + 1, f"the export stops after line {number}: its end was cut off")


def _part(line: bytes, number: int) -> Written | Head:
    part = _parsed(line)
    spelt = head_line(part) if isinstance(part, Head) else entry_line(part) if part else ""
    if part is None or spelt.encode() != line:
        raise Broken(number, f"line {number} is not written as the portal writes one")
    return part


def _parsed(line: bytes) -> Written | Head | None:
    given = _json(line)
    match given.get("head"):
        case {"sequence": int(sequence), "hash": str(hashed)} if sequence is not True:
            return Head(sequence, hashed)
    if sorted(given) != sorted([*NAMES, "hash"]) or not isinstance(given["hash"], str):
        return None
    return Written({name: given[name] for name in NAMES}, given["hash"])


def _json(line: bytes) -> dict[str, Any]:
    """The facts on a line; none when it is not JSON, or something else than a set of facts."""
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return given if isinstance(given, dict) else {}


# Checkpoints: the book's number and hash at one time, signed, and kept elsewhere.

CHECKPOINT = "footage request portal: checkpoint of the book"
_BEGINS = b'{"at":"'


def signed_text(at: str, head: Head) -> bytes:
    """The bytes that a checkpoint's signature covers."""
    facts = {"at": at, "hash": head.hash, "sequence": head.sequence}
    return f"{CHECKPOINT}\n{canonical(facts)}".encode()


def read_checkpoints(
    lines: Iterable[bytes], keys: Sequence[bytes], say: Callable[[str], object]
) -> Iterator[Witness]:
    """The checkpoints in a file, each signed with one of the keys. Raises Broken for any other, but
    for one that a power cut or a full disk cut off: that confirms nothing, and `say` is told."""
    for number, line in enumerate(lines, 1):
        if witness := _checkpoint(line, keys):
            yield witness
        elif _json(line) or not _BEGINS.startswith(line.strip(b"\0\n")[: len(_BEGINS)]):
            raise Broken(0, f"checkpoint {number} is not one that was signed with this key")
        else:
            say(f"Checkpoint {number} was cut off while it was written: it confirms nothing.\n")


def _checkpoint(line: bytes, keys: Sequence[bytes]) -> Witness | None:
    match _json(line):
        case {"at": str(at), "hash": str(hashed), "sequence": int(sequence), "signature": str(end)}:
            text = signed_text(at, Head(sequence, hashed))
            if any(is_signed(key, text, _unspelt(end)) for key in keys):
                return Witness(sequence, hashed, f"the checkpoint of {at}")
    return None


def _unspelt(signature: str) -> bytes:
    try:
        return base64.b64decode(signature, validate=True)
    except ValueError:
        return b""


def read_keys(text: str) -> list[bytes]:
    """The public keys in a file: one a line, 64 hex digits; `#` begins a comment.

    Raises ValueError when there is none, or when a line is something else.
    """
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    keys = [bytes.fromhex(line) for line in lines]
    if not keys or any(len(key) != 32 for key in keys):
        raise ValueError("a key is 64 hex digits on a line of its own")
    return keys


# Ed25519 (RFC 8032, section 5.1.7). Checking needs no secrets, so it need not take even time.

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
_Point = tuple[int, int, int, int]


def is_signed(key: bytes, text: bytes, signature: bytes) -> bool:
    """Whether this Ed25519 signature of the text was made with the key's other half."""
    point, nonce = _point(key), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or point is None or nonce is None or scalar >= _ORDER:
        return False
    hashed = hashlib.sha512(signature[:32] + key + text).digest()
    challenge = int.from_bytes(hashed, "little") % _ORDER
    minus = _P - point[0], point[1], point[2], _P - point[3]
    found = _sum(scalar, _GENERATOR, challenge, minus)
    return not any((found[i] * nonce[2] - nonce[i] * found[2]) % _P for i in (0, 1))


def _point(spelt: bytes) -> _Point | None:
    number = int.from_bytes(spelt, "little")
    y = number & (2**255 - 1)
    x = _x_of(y, number >> 255) if len(spelt) == 32 else None
    return None if x is None else (x, y, 1, x * y % _P)


def _x_of(y: int, sign: int) -> int | None:
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    return x if x & 1 == sign else _P - x


def _plus(one: _Point, other: _Point) -> _Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c, d = 2 * one[3] * other[3] * _D % _P, 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _sum(count: int, point: _Point, other_count: int, other: _Point) -> _Point:
    """So often the one point, and so often the other: both at once takes half as long."""
    steps, found = (point, other, _plus(point, other)), (0, 1, 1, 0)
    for bit in reversed(range(max(count, other_count).bit_length())):
        found = _plus(found, found)
        if which := (count >> bit & 1) + 2 * (other_count >> bit & 1):
            found = _plus(found, steps[which - 1])
    return found


# The one point that everybody counts from: its y is 4/5, and its x is even.
_GENERATOR = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little")) or (0, 1, 1, 0)


# The command line.


def main(arguments: Sequence[str]) -> int:
    """Check what the arguments name, and say in words what was found; returns the exit code."""
    asked = _arguments().parse_args(arguments)
    try:
        witnesses = _witnesses(asked)
        with Path(asked.book).open("rb") as file:
            verdict = walk(read_export(file), witnesses)
    except Broken as found:
        verdict = Verdict(0, found.at, found.reason)
    except (OSError, ValueError) as fault:
        sys.stderr.write(f"It could not be checked: {fault}\n")
        return 2
    sys.stdout.write(f"{in_words(verdict)}\n")
    return 0 if verdict.is_whole else 1


def in_words(verdict: Verdict) -> str:
    """What was found, as a sentence or two for a person."""
    if not verdict.is_whole:
        return f"The book is NOT whole: {verdict.reason}."
    alone = verdict.entries - verdict.witnessed
    told = f"The book is whole: all {verdict.entries:,} entries are as they were written."
    if not verdict.witnessed:
        return f"{told} No checkpoint was compared: nothing shows a book written wholly anew."
    rest = f" The {alone:,} after it are held by their hashes alone." if alone else ""
    return f"{told} What was kept elsewhere confirms it up to entry {verdict.witnessed:,}.{rest}"


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("book", help="the export, as `portal audit export` writes it")
    parser.add_argument("--checkpoints", metavar="FILE", help="signed checkpoints, one a line")
    parser.add_argument("--key", metavar="FILE", help="the public key they were signed with")
    parser.add_argument(
        "--letter",
        nargs=2,
        action="append",
        metavar=("NUMBER", "HASH"),
        help="the entry that a letter names (16 digits or more of its hash)",
    )
    return parser


def _witnesses(asked: argparse.Namespace) -> list[Witness]:
    if bool(asked.checkpoints) != bool(asked.key):
        raise ValueError("--checkpoints and --key go together")
    found = [_from_letter(number, hashed) for number, hashed in asked.letter or []]
    if asked.checkpoints:
        keys = read_keys(Path(asked.key).read_text(encoding="ascii"))
        with Path(asked.checkpoints).open("rb") as file:
            found += read_checkpoints(file, keys, sys.stdout.write)
    return found


def _from_letter(number: str, hashed: str) -> Witness:
    if len(hashed) < 16 or not number.isdigit():
        raise ValueError("--letter wants a number, and 16 or more digits of a hash")
    return Witness(int(number), hashed.lower(), "the letter")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
