"""Collecting an answer: a code to the contact on file, a visit, and a line for every opening."""

import uuid
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import PUBLIC
from portal.audit.commands import record
from portal.disclosure.commands.gating import refuse_barred
from portal.disclosure.models import DownloadLink, Opening, OpeningKind, ReleaseFile
from portal.disclosure.queries.releases import by_selector
from portal.identity.codes import LASTING, CodeVerdict
from portal.identity.commands.codes import check_code, grant_visit, issue_code
from portal.identity.proof import CodePurpose
from portal.ids import digest, new_id
from portal.notifications.commands import notify
from portal.notifications.notices import NoticeKind
from portal.requests.commands.confirming import move_browser
from portal.requests.models import Applicant, FootageRequest


def ask_for_code(session: Session, *, selector: str, browser: str, at: datetime) -> None:
    """Send a code to the contact on file of whoever this link is for.

    For a name that nobody gave out, or a link that was revoked, the very same is done but no
    e-mail is owed: the page cannot be used to find out which links there are. TooMany after
    three in a quarter of an hour.
    """
    link = _usable(session, selector)
    code = issue_code(
        session,
        purpose=CodePurpose.DOWNLOAD,
        subject_id=subject_of(link, selector),
        browser=browser,
        at=at,
    )
    if link is None:
        return
    note_opening(session, link, OpeningKind.CODE_SENT, at=at)
    notify(
        session,
        NoticeKind.CODE,
        to=session.get_one(Applicant, link.release.request_id).email,
        key=f"download_code:{new_id()}",
        at=at,
        path=f"/f/{selector}",
        code=code,
        minutes=int(LASTING.total_seconds() // 60),
    )


def type_code(
    session: Session, *, selector: str, typed: str, browser: str, at: datetime
) -> CodeVerdict:
    """Whether the typed code is the one we sent to this browser. `let_in` comes next.

    Counts the try, so it answers and never raises: the transaction must commit.
    """
    link = _usable(session, selector)
    verdict = check_code(
        session,
        purpose=CodePurpose.DOWNLOAD,
        subject_id=subject_of(link, selector),
        browser=browser,
        typed=typed,
        at=at,
    )
    if link is None:
        return CodeVerdict.WRONG if verdict is CodeVerdict.ACCEPTED else verdict
    if verdict is not CodeVerdict.ACCEPTED:
        note_opening(session, link, OpeningKind.CODE_WRONG, at=at)
    return verdict


def let_in(
    session: Session, *, selector: str, old_browser: str, browser: str, at: datetime
) -> None:
    """This browser may collect for an hour. Only after `type_code` accepted the code.

    The browser was given a new key meanwhile, so that whoever planted the old one sees nothing;
    what it had open follows it. A link that was revoked in between stays shut.
    """
    move_browser(session, old=old_browser, new=browser)
    link = _usable(session, selector)
    if link is None:
        return
    grant_visit(session, purpose=CodePurpose.DOWNLOAD, subject_id=link.id, browser=browser, at=at)
    note_opening(session, link, OpeningKind.ENTERED, at=at)
    record(
        session,
        "release.opened",
        subject=_reference(session, link),
        by=PUBLIC,
        at=at,
        link=str(link.id),
    )


def note_file_opened(
    session: Session,
    *,
    link: DownloadLink,
    file: ReleaseFile,
    what: OpeningKind,
    first_byte: int,
    at: datetime,
) -> int:
    """Write down that sending a file begins; returns the opening's number for `note_sent`.

    Refused when the gate bars a recording in it. It is asked under the recordings' locks, so in
    the book no file is opened after a hold was placed.
    """
    refuse_barred(session, link.release, file)
    opening = note_opening(session, link, what, at=at, file_id=file.id, first_byte=first_byte)
    session.flush()
    record(
        session,
        "file.opened",
        subject=_reference(session, link),
        by=PUBLIC,
        at=at,
        link=str(link.id),
        file=str(file.id),
        how=what.value,
        first_byte=first_byte,
    )
    return opening.id


def note_sent(session: Session, *, opening_id: int, count: int) -> None:
    """Write down how many bytes went out, once the sending has ended."""
    session.get_one(Opening, opening_id).bytes_sent = count


def note_opening(
    session: Session,
    link: DownloadLink,
    what: OpeningKind,
    *,
    at: datetime,
    file_id: UUID | None = None,
    first_byte: int | None = None,
) -> Opening:
    """Add a line to the list the applicant sees."""
    opening = Opening(link_id=link.id, file_id=file_id, at=at, what=what, first_byte=first_byte)
    session.add(opening)
    return opening


def subject_of(link: DownloadLink | None, selector: str) -> UUID:
    """What a code is for: the link, or a stand-in for a name that leads nowhere."""
    return link.id if link is not None else uuid.UUID(digest(f"no link: {selector}")[:32])


def _usable(session: Session, selector: str) -> DownloadLink | None:
    """The link, unless it was revoked. One that ran out still shows who may have a new one."""
    link = by_selector(session, selector)
    if link is None or link.revoked_at is not None:
        return None
    return link


def _reference(session: Session, link: DownloadLink) -> str:
    return session.get_one(FootageRequest, link.release.request_id).reference
