"""Ending a link and making a new one. A new link always ends the one before it."""

from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor, ActorKind, Role
from portal.audit.commands import record
from portal.dates import day_in_words, london_day
from portal.db import locked
from portal.disclosure.commands.passphrases import stop_passphrase
from portal.disclosure.links import MOST_LINKS, end_of, is_open, last_day, may_renew
from portal.disclosure.models import DownloadLink, Release
from portal.disclosure.queries.releases import facts_of, link_by_id, release_of
from portal.errors import Gone, NotFound, Refused
from portal.holds.commands.shutting import owe_closing
from portal.identity.commands.codes import end_visits
from portal.identity.proof import CodePurpose
from portal.ids import new_id, new_token
from portal.notifications.commands import notify
from portal.notifications.notices import NoticeKind
from portal.requests.commands.telling import notify_applicant
from portal.requests.models import Applicant, FootageRequest
from portal.requests.queries import lock_request


def make_link(session: Session, release: Release, *, days: int, at: datetime) -> DownloadLink:
    """A link to a release that works for `days`, but never longer than its files are kept."""
    link = DownloadLink(
        id=new_id(),
        release_id=release.id,
        selector=new_token(128),
        made_at=at,
        expires_at=min(end_of(last_day(at, days)), release.expires_at),
    )
    session.add(link)
    session.flush()
    return link


def announce(
    session: Session, link: DownloadLink, footage_request: FootageRequest, *, key: str, at: datetime
) -> None:
    """Owe the e-mail that says where the answer is. It is the same for every answer."""
    notify(
        session,
        NoticeKind.ANSWER_READY,
        to=session.get_one(Applicant, footage_request.id).email,
        key=key,
        at=at,
        path=f"/f/{link.selector}",
        about=footage_request.reference,
        reference=footage_request.reference,
        collect_by=day_in_words(collect_by(link)),
    )


def collect_by(link: DownloadLink) -> date:
    """The last day on which the link works, in London."""
    return london_day(link.expires_at - timedelta(microseconds=1))


def revoke(session: Session, *, link_id: UUID, why: str, by: Actor, at: datetime) -> None:
    """End a link at once: whoever is downloading is cut off, and the applicant is told.

    The applicant may ("this was not me"), and any handler who decides. When the applicant does, a
    new passphrase that waits is stopped too: whoever was there may have asked for it. Revoking
    twice is no error: the first reason stays.
    """
    _allow(by)
    if by.kind is ActorKind.PUBLIC:
        stop_passphrase(session, request_id=_request_of(session, link_id), why=why, by=by, at=at)
    link = _locked(session, link_id)
    if link.revoked_at is not None:
        return
    footage_request = _end(session, link, why=why, by=by, at=at)
    notify_applicant(
        session, footage_request, NoticeKind.LINK_REVOKED, key=f"link_revoked:{link.id}", at=at
    )


def close_all(session: Session, *, request_id: UUID, why: str, by: Actor, at: datetime) -> None:
    """End every link of a request at once, and whatever visits it. Nobody is told by this: the
    caller says why, to whom it may."""
    standing = session.scalars(
        sa.select(DownloadLink.id)
        .join(Release, Release.id == DownloadLink.release_id)
        .where(Release.request_id == request_id, DownloadLink.revoked_at.is_(None))
        .order_by(DownloadLink.made_at, DownloadLink.id)
    ).all()
    for link_id in standing:
        link = _locked(session, link_id)
        if link.revoked_at is None:
            _end(session, link, why=why, by=by, at=at)


def renew(
    session: Session, *, release_id: UUID, days: int, by: Actor, at: datetime
) -> DownloadLink:
    """Make a new link to the same release, end the old one, and e-mail the new one.

    The applicant may when the old one ran out and the files are still kept, a few times; a handler
    whenever they are kept. Gone when the files are deleted.
    """
    _allow(by)
    footage_request = lock_request(session, release_of(session, release_id).request_id)
    release = release_of(session, release_id)
    if at >= release.expires_at:
        raise Gone("The copies we made for you have been deleted. Ask us to make them again.")
    standing = next((link for link in release.links if link.revoked_at is None), None)
    if by.kind is ActorKind.PUBLIC:
        _may_have_another(standing, len(release.links), at)
    if standing is not None:
        _end(session, _locked(session, standing.id), why="A new link was made.", by=by, at=at)
    made = make_link(session, release, days=days, at=at)
    announce(session, made, footage_request, key=f"link:{made.id}", at=at)
    record(session, "link.renewed", subject=footage_request.reference, by=by, at=at)
    return made


def _may_have_another(standing: DownloadLink | None, so_far: int, at: datetime) -> None:
    if standing is None:
        raise Refused("This link was closed. Contact us, and we will make a new one with you.")
    if not may_renew(facts_of(standing), at):
        raise Refused("Your link still works. Use the one in our last e-mail.")
    if so_far >= MOST_LINKS:
        raise Refused(
            "You have had several links. Contact us, and we will make a new one with you."
        )


def _request_of(session: Session, link_id: UUID) -> UUID:
    link = link_by_id(session, link_id)
    if link is None:
        raise NotFound("There is no such link.")
    return link.release.request_id


def _end(
    session: Session, link: DownloadLink, *, why: str, by: Actor, at: datetime
) -> FootageRequest:
    was_open = is_open(facts_of(link), at)
    link.revoked_at, link.revoked_by, link.revoked_why = at, by.id, why
    for purpose in (CodePurpose.DOWNLOAD, CodePurpose.FOOTAGE):
        end_visits(session, purpose=purpose, subject_id=link.id, at=at)
    files = [file.id for file in link.release.files]
    owe_closing(session, files=files, cause=f"link:{link.id}", at=at)
    footage_request = session.get_one(FootageRequest, link.release.request_id)
    record(
        session,
        "link.revoked",
        subject=footage_request.reference,
        by=by,
        at=at,
        link=str(link.id),
        was_open=was_open,
    )
    return footage_request


def _locked(session: Session, link_id: UUID) -> DownloadLink:
    locked(session, DownloadLink, link_id)
    link = link_by_id(session, link_id)
    if link is None:
        raise NotFound("There is no such link.")
    return link


def _allow(by: Actor) -> None:
    if by.kind is ActorKind.HANDLER:
        by.must_have(Role.DECISION_MAKER, Role.SECONDER)
