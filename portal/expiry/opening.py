"""Whether every sealed file that a row names still opens, and is the one the book speaks of."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.audit.models import AuditEntry
from portal.disclosure.models import Release
from portal.errors import NotFound
from portal.house import House
from portal.identity.models import Proof
from portal.ids import digest
from portal.letters.models import Letter
from portal.requests.models import FootageRequest
from portal.sealing import Damaged, Named

GONE = "is gone"
SHUT = "does not open, or is another file"
OTHERWISE = "is not what the book says"
_PAGE = 200
_AT_ONCE = 1024 * 1024


@dataclass(frozen=True)
class Wrong:
    """A file that is not right, by its key, and in what way."""

    key: str
    why: str


@dataclass
class Checked:
    """How many files were opened, and what is wrong."""

    opened: int = 0
    wrong: list[Wrong] = field(default_factory=list)


@dataclass(frozen=True)
class _Row:
    """The files of one row, and whether the row is as the book wrote it down."""

    files: tuple[Named, ...]
    agrees: bool


def check_sealed_files(house: House, *, whole: bool, progress: Callable[[int], None]) -> Checked:
    """Open every sealed file that a row names, and compare each row with the book.

    Opening checks the header, the seal and the last piece; `whole` reads every piece, which takes
    as long as reading the disk. No transaction is open while files are read.
    """
    checked, at = Checked(), house.now()
    for page in _pages(house, at):
        for row in page:
            if not row.agrees:
                checked.wrong += [Wrong(one.key, OTHERWISE) for one in row.files]
            for one in row.files:
                checked.opened += 1
                _open(house, one, whole, checked)
                progress(checked.opened)
    return checked


def _open(house: House, named: Named, whole: bool, checked: Checked) -> None:
    why = wrong_with(house, named, whole=whole)
    if why is not None:
        checked.wrong.append(Wrong(named.key, why))


def wrong_with(house: House, named: Named, *, whole: bool) -> str | None:
    """`GONE` or `SHUT` when a sealed file cannot be had, or None when nothing is wrong with it."""
    try:
        with house.vault.open(named) as reader:
            while whole and reader.read(_AT_ONCE):
                pass
    except NotFound:
        return GONE
    except Damaged:
        return SHUT
    return None


def _pages(house: House, at: datetime) -> Iterator[list[_Row]]:
    """All rows that name files, some at a time: each kind in the order of its ids."""
    proofs = sa.select(Proof).where(Proof.storage_key.is_not(None))
    yield from _pages_of(house, Proof, proofs, _proof)
    letters = sa.select(Letter).where(Letter.html_key.is_not(None))
    yield from _pages_of(house, Letter, letters, _letter)
    standing = sa.select(Release).where(Release.files_deleted_at.is_(None), Release.expires_at > at)
    releases = standing.options(selectinload(Release.files))
    yield from _pages_of(house, Release, releases, _release)


def _pages_of(
    house: House,
    kind: Any,
    wanted: sa.Select[Any],
    row_of: Callable[[Session, Any], _Row],
) -> Iterator[list[_Row]]:
    after = None
    while True:
        page = wanted.order_by(kind.id).limit(_PAGE)
        with house.db.reading() as session:
            found = session.scalars(page if after is None else page.where(kind.id > after)).all()
            rows = [row_of(session, each) for each in found]
        if not rows:
            return
        after = found[-1].id
        yield rows


def _proof(session: Session, proof: Proof) -> _Row:
    said = _said(session, "proof.received", str(proof.subject_id), proof=str(proof.id))
    agrees = said is not None and (said["sha256"], said.get("seal")) == (proof.sha256, proof.seal)
    return _Row(tuple(one for one in (proof.named,) if one), agrees)


def _letter(session: Session, letter: Letter) -> _Row:
    reference = str(letter.fields["reference"])
    said = _said(session, "letter.printed", reference, letter=str(letter.id))
    names = ("html_sha256", "pdf_sha256", "html_seal", "pdf_seal")
    agrees = said is not None and all(said.get(name) == getattr(letter, name) for name in names)
    return _Row(tuple(one for one in (letter.page, letter.pdf) if one), agrees)


def _release(session: Session, release: Release) -> _Row:
    reference = session.get_one(FootageRequest, release.request_id).reference
    said = _said(session, "release.packed", reference, release=str(release.id))
    seals = [file.seal for file in release.files]
    agrees = said is not None and said.get("seals") == (
        digest(" ".join(str(seal) for seal in seals)) if any(seals) else None
    )
    return _Row(tuple(file.named for file in release.files), agrees)


def _said(session: Session, deed: str, subject: str, **about: str) -> dict[str, Any] | None:
    """What the book says of a deed, told from others of its kind by one of its details."""
    ((name, value),) = about.items()
    told = sa.select(AuditEntry.details).where(
        AuditEntry.deed == deed, AuditEntry.subject == subject
    )
    return next((one for one in session.scalars(told) if one.get(name) == value), None)
