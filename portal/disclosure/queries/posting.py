"""What waits to go into an envelope: letters, and answers with their copies."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.disclosure.models import FileKind, Release
from portal.disclosure.queries.handovers import is_to_hand_over
from portal.disclosure.queries.releases import bar_on
from portal.letters.composing import title_of
from portal.letters.models import Letter
from portal.letters.queries import letters_to_post
from portal.requests.intake import DeliveryFormat
from portal.requests.letter_fields import addressed_to
from portal.requests.models import Applicant, FootageRequest, Representative


@dataclass(frozen=True)
class ToPost:
    """One envelope. `is_answer` ones are of a release, the others letters; `is_made` when its PDF
    can be printed, `is_gone` when it was deleted before anybody posted it, `is_barred` when a hold
    came after the answer, `is_to_hand_over` when two people must hand over its video.

    `with_it` says what else belongs to it, in words for the handler; "" for nothing.
    """

    id: UUID
    is_answer: bool
    title: str
    at: datetime
    reference: str
    name: str
    address: str
    phone: str
    is_made: bool
    is_gone: bool = False
    is_barred: bool = False
    is_to_hand_over: bool = False
    with_it: str = ""


def to_post(session: Session) -> list[ToPost]:
    """Everything for people without an e-mail address that was not posted, oldest first."""
    return sorted([*_letters(session), *_answers(session)], key=lambda each: each.at)


def _letters(session: Session) -> list[ToPost]:
    letters = letters_to_post(session)
    found = sa.select(Applicant).where(
        Applicant.request_id.in_({letter.subject_id for letter in letters})
    )
    people = {each.request_id: each for each in session.scalars(found)}
    return [_letter(letter, people[letter.subject_id]) for letter in letters]


def _letter(letter: Letter, applicant: Applicant) -> ToPost:
    return ToPost(
        id=letter.id,
        is_answer=False,
        title=title_of(letter.kind, letter.fields),
        at=letter.issued_at,
        reference=str(letter.fields["reference"]),
        name=addressed_to(
            letter.fields["applicant_name"], letter.fields.get("representative_name")
        ),
        address=applicant.address,
        phone=applicant.phone,
        is_made=letter.pdf_key is not None,
    )


def _answers(session: Session) -> list[ToPost]:
    found = session.execute(
        sa.select(Release, FootageRequest, Applicant)
        .join(FootageRequest, FootageRequest.id == Release.request_id)
        .join(Applicant, Applicant.request_id == Release.request_id)
        .where(Applicant.email == "", Release.posted_at.is_(None))
        .options(selectinload(Release.files))
    )
    return [_answer(session, *row) for row in found]


def _answer(
    session: Session, release: Release, footage_request: FootageRequest, applicant: Applicant
) -> ToPost:
    is_gone = release.files_deleted_at is not None
    is_barred = not is_gone and _is_barred(session, release)
    acting = session.get(Representative, footage_request.id)
    return ToPost(
        id=release.id,
        is_answer=True,
        title="The decision",
        at=release.packed_at,
        reference=footage_request.reference,
        name=addressed_to(applicant.name, acting.name if acting else None),
        address=applicant.address,
        phone=applicant.phone,
        is_made=not is_gone and not is_barred,
        is_gone=is_gone,
        with_it="" if is_gone or is_barred else _with_it(release, footage_request.delivery),
        is_barred=is_barred,
        is_to_hand_over=not is_barred and is_to_hand_over(session, release),
    )


def _is_barred(session: Session, release: Release) -> bool:
    return any(bar_on(session, release, file) is not None for file in release.files)


def _with_it(release: Release, delivery: DeliveryFormat) -> str:
    """How the copies of an answer reach somebody who cannot collect them from a link."""
    copies = [file for file in release.files if file.kind is FileKind.COPY]
    if not copies:
        return ""
    many = "1 copy" if len(copies) == 1 else f"{len(copies)} copies"
    if delivery is DeliveryFormat.VIEWING:
        return f"They want to see the video here: offer a day to watch {many}"
    return f"With {many} of the video on a disc"
