"""Who may see what of a release: the link, the visits and the gate, asked together."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.disclosure.links import Ending, Lock, ending, is_open, lock_of, may_renew
from portal.disclosure.models import DownloadLink, ReleaseFile
from portal.disclosure.queries.releases import (
    NOT_NOW,
    bar_on,
    by_selector,
    facts_of,
    file_in,
    is_secret,
    link_by_id,
)
from portal.errors import Gone, Refused
from portal.identity.proof import CodePurpose
from portal.identity.queries import passphrase_for, visit


@dataclass(frozen=True)
class Entered:
    """A link whose code this browser has typed within the hour, and what the video still needs."""

    link: DownloadLink
    ended: Ending | None
    may_renew: bool
    lock: Lock


def entered(session: Session, *, selector: str, browser: str, at: datetime) -> Entered | None:
    """The link when this browser may see it; None when a code must come first, or when nobody
    gave this name out."""
    link = by_selector(session, selector)
    if link is None or link.revoked_at is not None or not _is_here(session, link, browser, at):
        return None
    facts = facts_of(link)
    lock = lock_of(
        facts,
        is_unlocked=_has_unlocked(session, link, browser, at),
        is_secret=is_secret(session, link.release),
        has_passphrase=passphrase_for(session, link.release.request_id, at) is not None,
    )
    return Entered(link, ending(facts, at), may_renew(facts, at), lock)


def granted_file(session: Session, found: Entered, file_id: UUID) -> ReleaseFile:
    """A file that may go to this visitor now.

    Gone when the link ran out; NotFound when it is no file of this release; Refused when the
    video in it was not unlocked here, or the gate bars one of the recordings in it.
    """
    if found.ended is not None:
        raise Gone("This link has ended. Go to its page to ask for a new one.")
    file = file_in(found.link.release, file_id)
    if file.kind.is_footage and found.lock is not Lock.OPEN:
        raise Refused("Your passphrase comes first. Go to the page of this link to type it.")
    if bar_on(session, found.link.release, file) is not None:
        raise Refused(NOT_NOW)
    return file


def may_go_on(
    session: Session, *, link_id: UUID, file_id: UUID, browser: str, at: datetime
) -> bool:
    """Whether sending may go on: the link is open, the visit lasts, and no gate is shut."""
    link = link_by_id(session, link_id)
    if link is None or not is_open(facts_of(link), at):
        return False
    if not _is_here(session, link, browser, at):
        return False
    file = file_in(link.release, file_id)
    if file.kind.is_footage and not _may_watch(session, link, browser, at):
        return False
    return bar_on(session, link.release, file) is None


def _may_watch(session: Session, link: DownloadLink, browser: str, at: datetime) -> bool:
    return _has_unlocked(session, link, browser, at) or not is_secret(session, link.release)


def _has_unlocked(session: Session, link: DownloadLink, browser: str, at: datetime) -> bool:
    found = visit(session, purpose=CodePurpose.FOOTAGE, subject_id=link.id, browser=browser, at=at)
    return found is not None


def _is_here(session: Session, link: DownloadLink, browser: str, at: datetime) -> bool:
    found = visit(session, purpose=CodePurpose.DOWNLOAD, subject_id=link.id, browser=browser, at=at)
    return found is not None
