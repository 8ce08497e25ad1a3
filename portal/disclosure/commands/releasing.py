"""Writing a packed answer down: the release, its link, the move to "answered", the e-mail."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.actors import WORKER
from portal.audit.commands import record
from portal.disclosure.commands.linking import announce, make_link
from portal.disclosure.commands.restricting import owe_review
from portal.disclosure.links import end_of, last_day
from portal.disclosure.models import Decision, FileKind, Release, ReleaseFile
from portal.disclosure.queries.decisions import lines_of
from portal.disclosure.restrictions import for_now, level_told
from portal.ids import digest, new_id
from portal.requests.applicant_queries import TOLD_TO_LOOK_AGAIN
from portal.requests.commands import move
from portal.requests.commands.keeping import let_go
from portal.requests.lifecycle import Event
from portal.sealing import Kept

# The files outlive the first link by as long again, so that somebody who was ill or away can
# have another link without asking a person.
KEPT_FOR_LINKS = 2


@dataclass(frozen=True)
class Packed:
    """A file that lies sealed in the vault and waits for its row. `crc32` is that of its plain
    content, for the package."""

    kind: FileKind
    name: str
    content_type: str
    kept: Kept
    recording_id: int | None = None
    crc32: int = 0

    @property
    def sha256(self) -> str:
        """The fingerprint of its plain content, lower-case hex."""
        return self.kept.sha256


def release(
    session: Session,
    decision: Decision,
    packed: list[Packed],
    *,
    dated_on: date,
    link_days: int,
    at: datetime,
) -> Release:
    """Answer: the release with its files and link, and the e-mail, all in one transaction. The
    letter in it is dated `dated_on`: from that day on, what it holds back for now is looked at.

    Every answer takes this one road, so that "nothing held" and "neither confirm nor deny"
    cannot be told apart by what is sent or when.
    """
    made = Release(
        id=new_id(),
        decision_id=decision.id,
        request_id=decision.request_id,
        packed_at=at,
        expires_at=end_of(last_day(at, KEPT_FOR_LINKS * link_days)),
    )
    session.add(made)
    session.flush()
    session.add_all(_file(made, number, file) for number, file in enumerate(packed, 1))
    link = make_link(session, made, days=link_days, at=at)
    lines = lines_of(decision)
    is_held = bool(for_now(lines))
    event = Event.ANSWERED_WITH_HOLD if is_held else Event.ANSWERED
    footage_request = move(
        session,
        request_id=decision.request_id,
        event=event,
        by=WORKER,
        at=at,
        note=TOLD_TO_LOOK_AGAIN if level_told(lines) else "",
        ending=decision.answer,
    )
    owe_review(session, decision, on=dated_on)
    footage_request.answered_at = at
    record(
        session,
        "release.packed",
        subject=footage_request.reference,
        by=WORKER,
        at=at,
        release=str(made.id),
        files=len(packed),
        seals=_seals(packed),
        **_letter_hashes(packed),
    )
    if not is_held:
        # Nothing waits any more: after the time to ask for a review, video is deleted as usual.
        let_go(session, footage_request, by=WORKER, at=at)
    announce(session, link, footage_request, key=f"answer:{decision.id}", at=at)
    return made


def _letter_hashes(packed: list[Packed]) -> dict[str, str]:
    """The letter's fingerprints for the book, under the names they have for every other letter."""
    names = {FileKind.LETTER_HTML: "html_sha256", FileKind.LETTER_PDF: "pdf_sha256"}
    return {names[file.kind]: file.sha256 for file in packed if file.kind in names}


def _seals(packed: list[Packed]) -> str:
    """The SHA-256 of all files' seals in their order: a row that names another file is found."""
    return digest(" ".join(str(file.kept.seal) for file in packed))


def _file(made: Release, number: int, file: Packed) -> ReleaseFile:
    return ReleaseFile(
        release_id=made.id,
        number=number,
        kind=file.kind,
        name=file.name,
        content_type=file.content_type,
        size=file.kept.size,
        sha256=file.sha256,
        storage_key=file.kept.key,
        seal=file.kept.seal,
        recording_id=file.recording_id,
    )
