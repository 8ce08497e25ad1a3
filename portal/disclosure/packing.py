"""Packing an answer: copies, letter, fingerprints and one package, sealed; then the link.

The slow part keeps sealed files under new keys and writes no row, so being killed at any moment
leaves nothing but files that no row names; `sweep_orphaned_releases` takes them away. One that
fails, or is not written down, takes its own away.
"""

import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO, cast
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import WORKER
from portal.dates import day_in_words, london_day
from portal.disclosure.commands.gating import Changed, changed
from portal.disclosure.commands.offloading import owe_opening
from portal.disclosure.commands.publishing import stop
from portal.disclosure.commands.releasing import Packed, release
from portal.disclosure.contents import as_text, contents_of
from portal.disclosure.letter_writing import LetterFacts, letter_of
from portal.disclosure.links import last_day
from portal.disclosure.models import PREFIX, FileKind, ReleaseFile
from portal.disclosure.names import (
    contents_name,
    letter_name,
    manifest_name,
    package_name,
    stem_of,
    video_name,
    video_type,
)
from portal.disclosure.package import Entry, manifest, package
from portal.disclosure.queries.decisions import answer_number, by_id, locked_to_pack
from portal.disclosure.queries.letters import letter_facts, released
from portal.errors import NotFound, Refused
from portal.house import House, Noting, sweep_orphans
from portal.letters.composing import render_html
from portal.letters.render import render_pdf
from portal.outbox.commands import Lease
from portal.recordings.models import Recording
from portal.redaction.copies import make_copy
from portal.requests.models import FootageRequest
from portal.sealing import Unnamed


class Uncopied(Exception):
    """A master is missing or is not the one that was catalogued: trying again does not help."""

    def __init__(self, recording_id: int) -> None:
        super().__init__(recording_id)
        self.recording_id = recording_id


@dataclass(frozen=True)
class Plan:
    """What is to be packed: read in one transaction, before the slow part. Every name in the
    package begins with `stem`."""

    decision_id: UUID
    stem: str
    recordings: tuple[Recording, ...]
    at: datetime

    @property
    def dated_on(self) -> date:
        """The day of the answer, in London."""
        return london_day(self.at)


def pack(house: House, held: Lease) -> Callable[[Session], object]:
    """Make the package of a published decision; returns what to write down once it is whole.

    The gate is asked under lock before the first byte is copied, and again in the transaction
    that makes the link. Packing twice makes one release. When a master cannot be copied the
    decision is stopped and sent back, so that no request waits for ever.
    """
    decision_id = UUID(held.payload["decision_id"])
    plan = _plan(house, decision_id)
    if plan is None:
        return lambda session: None
    try:
        with house.vault.unnamed() as files:
            packed = _pack(house, files, plan)
    except Uncopied as fault:
        change = Changed(uncopied=(fault.recording_id,))
        return lambda session: _give_up(session, house, plan, change)

    def write_down(session: Session) -> None:
        if not _finish(session, house, plan, packed):
            files.forget()

    return Noting(write_down, files)


def _plan(house: House, decision_id: UUID) -> Plan | None:
    """What to pack, or None when there is nothing (any more) to pack: it was packed already, or
    the gate has stopped it, which is written down here."""
    at = house.now()
    with house.db.writing() as session:
        decision = locked_to_pack(session, decision_id)
        if decision is None:
            return None
        change = changed(session, decision)
        if change:
            stop(session, decision, change, by=WORKER, at=at)
            return None
        footage_request = session.get_one(FootageRequest, decision.request_id)
        recordings = tuple(released(session, decision))
        stem = stem_of(footage_request.reference, answer_number(session, decision))
        return Plan(decision_id, stem, recordings, at)


def _finish(session: Session, house: House, plan: Plan, packed: list[Packed]) -> bool:
    """Write the release down, unless the gate has changed while it was packed; says whether."""
    at = house.now()
    decision = locked_to_pack(session, plan.decision_id)
    if decision is None:
        return False
    change = changed(session, decision)
    if change:
        stop(session, decision, change, by=WORKER, at=at)
        return False
    days = house.settings.link_days
    made = release(session, decision, packed, dated_on=plan.dated_on, link_days=days, at=at)
    if house.offload is not None:
        owe_opening(session, at=at, release_id=made.id)
    return True


def _give_up(session: Session, house: House, plan: Plan, change: Changed) -> None:
    """Send the decision back, unless another worker has packed it or somebody stopped it."""
    decision = locked_to_pack(session, plan.decision_id)
    if decision is not None:
        stop(session, decision, change, by=WORKER, at=house.now())


def _pack(house: House, keeping: Unnamed, plan: Plan) -> list[Packed]:
    copies = [
        _copy(house, keeping, plan, number, recording)
        for number, recording in enumerate(plan.recordings, 1)
    ]
    files = [*copies, *_words(keeping, plan, _facts(house, plan, copies))]
    entries = [_entry(house, file) for file in files]
    listed = manifest(plan.stem, day_in_words(plan.dated_on), entries)
    fingerprints = _keep(
        keeping, FileKind.MANIFEST, manifest_name(plan.stem), "text/plain", io.BytesIO(listed)
    )
    whole = package(plan.stem, plan.dated_on, [*entries, _entry(house, fingerprints)])
    name = package_name(plan.stem)
    return [
        *files,
        fingerprints,
        _keep(keeping, FileKind.PACKAGE, name, "application/zip", whole),
    ]


def _copy(house: House, keeping: Unnamed, plan: Plan, number: int, recording: Recording) -> Packed:
    media = recording.media or ""
    name = video_name(plan.stem, number, media)
    try:
        with make_copy(house, recording) as source:
            return _keep(keeping, FileKind.COPY, name, video_type(media), source, recording.id)
    except (Refused, NotFound) as fault:
        raise Uncopied(recording.id) from fault


def _facts(house: House, plan: Plan, copies: list[Packed]) -> LetterFacts:
    fingerprints = {copy.recording_id: copy.sha256 for copy in copies if copy.recording_id}
    with house.db.reading() as session:
        return letter_facts(
            session,
            by_id(session, plan.decision_id),
            settings=house.settings,
            dated_on=plan.dated_on,
            expires_on=last_day(plan.at, house.settings.link_days),
            fingerprints=fingerprints,
        )


def _words(keeping: Unnamed, plan: Plan, facts: LetterFacts) -> list[Packed]:
    """The letter as a PDF and as a page, and the page that says what is in the package. Composed
    from the decision, they are the same each time."""
    html, stem = render_html(*letter_of(facts)), plan.stem
    told = as_text(contents_of(facts), facts.reference)
    made = (
        (FileKind.LETTER_PDF, letter_name(stem, ".pdf"), "application/pdf", render_pdf(html)),
        (FileKind.LETTER_HTML, letter_name(stem, ".html"), "text/html", html.encode()),
        (FileKind.CONTENTS, contents_name(stem), "text/plain", told.encode()),
    )
    return [
        _keep(keeping, kind, name, content_type, io.BytesIO(content))
        for kind, name, content_type, content in made
    ]


def _keep(
    keeping: Unnamed,
    kind: FileKind,
    name: str,
    content_type: str,
    source: BinaryIO,
    recording_id: int | None = None,
) -> Packed:
    summed = _Summed(source)
    kept = keeping.keep(PREFIX, cast(BinaryIO, summed))
    return Packed(kind, name, content_type, kept, recording_id, summed.crc32)


class _Summed:
    """Reads a file and keeps the checksum that a ZIP has in front of it."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.crc32 = 0

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self.crc32 = zlib.crc32(piece, self.crc32)
        return piece


def _entry(house: House, file: Packed) -> Entry:
    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        with io.BufferedReader(house.vault.open(file.kept), 1024 * 1024) as reader:
            yield reader

    return Entry(file.name, file.sha256, file.crc32, file.kept.size, opened)


def sweep_orphaned_releases(house: House) -> int:
    """Delete release files older than a day that no row names; returns how many.

    They are what a killed worker, or a release stopped by a hold, leaves behind.
    """
    return sweep_orphans(house, PREFIX, ReleaseFile.storage_key)
