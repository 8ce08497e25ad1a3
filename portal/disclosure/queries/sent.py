"""Every letter about a request, whichever way it went: the decision's and all others."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.disclosure.models import Decision, FileKind, Release
from portal.letters.composing import title_of
from portal.letters.queries import letters_of
from portal.requests.models import Applicant


@dataclass(frozen=True)
class SentLetter:
    """One letter. `by` is an actor's id. `is_decision` letters are files of a release.

    The hashes are of the page and the PDF, None until they are made; `posted` says where the
    paper is, or nothing when none is sent. `is_there` is false once a release's files are gone.
    """

    id: UUID
    title: str
    is_decision: bool
    at: datetime
    by: str
    html_sha256: str | None
    pdf_sha256: str | None
    is_there: bool
    is_to_post: bool = False
    posted_at: datetime | None = None
    posted_by: str | None = None


def sent_letters(session: Session, request_id: UUID) -> list[SentLetter]:
    """The letters of a request, newest first."""
    both = [*_issued(session, request_id), *_decisions(session, request_id)]
    return sorted(both, key=lambda letter: letter.at, reverse=True)


def _issued(session: Session, request_id: UUID) -> list[SentLetter]:
    return [
        SentLetter(
            id=letter.id,
            title=title_of(letter.kind, letter.fields),
            is_decision=False,
            at=letter.issued_at,
            by=letter.issued_by,
            html_sha256=letter.html_sha256,
            pdf_sha256=letter.pdf_sha256,
            is_there=letter.html_key is not None,
            is_to_post=letter.is_to_post,
            posted_at=letter.posted_at,
            posted_by=letter.posted_by,
        )
        for letter in letters_of(session, request_id)
    ]


def _decisions(session: Session, request_id: UUID) -> list[SentLetter]:
    found = session.execute(
        sa.select(Release, Decision)
        .join(Decision, Decision.id == Release.decision_id)
        .where(Release.request_id == request_id)
        .options(selectinload(Release.files))
    )
    is_by_post = not session.get_one(Applicant, request_id).email
    return [_decision_letter(release, decision, is_by_post) for release, decision in found]


def _decision_letter(release: Release, decision: Decision, is_by_post: bool) -> SentLetter:
    hashes = {file.kind: file.sha256 for file in release.files}
    return SentLetter(
        id=release.id,
        title="The decision",
        is_decision=True,
        at=release.packed_at,
        by=str(decision.decided_by),
        html_sha256=hashes.get(FileKind.LETTER_HTML),
        pdf_sha256=hashes.get(FileKind.LETTER_PDF),
        is_there=release.files_deleted_at is None,
        is_to_post=is_by_post,
        posted_at=release.posted_at,
        posted_by=release.posted_by,
    )
