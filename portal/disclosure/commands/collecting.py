"""Collecting an answer: a code to the contact on file, a visit, a passphrase for video, and a line
for every opening."""

import uuid
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import PUBLIC
from portal.audit.commands import record
from portal.db import locked
from portal.disclosure.links import Lock
from portal.disclosure.models import DownloadLink, Opening, OpeningKind
from portal.disclosure.queries.collecting import entered
from portal.disclosure.queries.releases import by_selector
from portal.identity.codes import LASTING, CodeVerdict
from portal.identity.commands.codes import check_code, grant_visit, issue_code, may_press
from portal.identity.hashing import is_same
from portal.identity.passphrases import PassphraseVerdict
from portal.identity.proof import CodePurpose
from portal.identity.queries import has_code, passphrase_for
from portal.ids import digest, is_end_of, new_id
from portal.notifications.commands import notify
from portal.notifications.notices import NoticeKind
from portal.requests.commands.confirming import move_browser
from portal.requests.models import Applicant, FootageRequest


def ask_for_code(
    session: Session, *, selector: str, browser: str, at: datetime, typed: str | None = None
) -> bool:
    """Send a code to the contact on file of whoever this link is for; whether that was done.

    A press of the button is enough at first. When it was pressed often, by whatever program, the
    end of the request's reference must be `typed`: then, and when it is wrong, the answer is
    False. For a name that nobody gave out, or a link that was revoked, the very same is done but
    no e-mail is owed: the page cannot be used to find out which links there are. TooMany after
    three in a quarter of an hour.
    """
    link = _usable(session, selector)
    if not _may_ask(session, selector, typed, subject_of(link, selector), at):
        return False
    code = issue_code(
        session,
        purpose=CodePurpose.DOWNLOAD,
        subject_id=subject_of(link, selector),
        browser=browser,
        at=at,
    )
    if link is None:
        return True
    note_opening(session, link, OpeningKind.CODE_SENT, at=at)
    notify(
        session,
        NoticeKind.CODE,
        to=session.get_one(Applicant, link.release.request_id).email,
        key=f"download_code:{new_id()}",
        at=at,
        about=_reference(session, link),
        path=f"/f/{selector}",
        code=code,
        minutes=int(LASTING.total_seconds() // 60),
    )
    return True


def _may_ask(
    session: Session, selector: str, typed: str | None, subject_id: UUID, at: datetime
) -> bool:
    if typed is None:
        return may_press(session, purpose=CodePurpose.DOWNLOAD, subject_id=subject_id, at=at)
    # A link that was replaced or closed has its reference still: its holder is no stranger.
    link = by_selector(session, selector)
    return link is not None and is_end_of(_reference(session, link), typed)


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


def type_passphrase(
    session: Session, *, selector: str, typed: str, browser: str, at: datetime
) -> PassphraseVerdict:
    """Unlock the video for this browser, when the passphrase is right: for an hour.

    The link's row is locked, and the unlocking counted in it: as often as it may be unlocked, it
    is, however many try at once. NOT_ASKED when no passphrase is what is missing. It answers and
    never raises, so that a wrong one is on the list that the applicant sees.
    """
    link = _usable(session, selector)
    if link is not None:
        locked(session, DownloadLink, link.id)
    found = entered(session, selector=selector, browser=browser, at=at)
    if found is None or found.ended is not None or found.lock is not Lock.PASSPHRASE:
        return PassphraseVerdict.NOT_ASKED
    chosen = passphrase_for(session, found.link.release.request_id, at)
    if not is_same(chosen.passphrase_hash if chosen else None, typed):
        note_opening(session, found.link, OpeningKind.PASSPHRASE_WRONG, at=at)
        return PassphraseVerdict.WRONG
    _unlock(session, found.link, browser, at)
    return PassphraseVerdict.RIGHT


def _unlock(session: Session, link: DownloadLink, browser: str, at: datetime) -> None:
    link.sessions += 1
    grant_visit(session, purpose=CodePurpose.FOOTAGE, subject_id=link.id, browser=browser, at=at)
    note_opening(session, link, OpeningKind.UNLOCKED, at=at)
    record(
        session,
        "video.unlocked",
        subject=_reference(session, link),
        by=PUBLIC,
        at=at,
        link=str(link.id),
        times=link.sessions,
    )


def note_opening(session: Session, link: DownloadLink, what: OpeningKind, *, at: datetime) -> None:
    """Add a line to the list the applicant sees."""
    session.add(Opening(link_id=link.id, at=at, what=what))


def is_guess(session: Session, *, selector: str, browser: str, at: datetime) -> bool:
    """Whether what this browser types could be right: a code was sent for it. What a program types
    that asked for none is no guess, and must not count against the people behind its address."""
    return has_code(
        session,
        purpose=CodePurpose.DOWNLOAD,
        subject_id=subject_of(_usable(session, selector), selector),
        browser=browser,
        at=at,
    )


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
