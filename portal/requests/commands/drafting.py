"""Answers before they are sent: kept for a while, found again by a code, turned into a request.

The code for coming back is sent only to the address the draft itself holds. Nobody learns from
us whether there is such a draft: a stranger's guess takes the same path, and ends in no e-mail.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.dates import day_in_words
from portal.db import locked
from portal.errors import Gone
from portal.identity.codes import LASTING, CodeVerdict
from portal.identity.commands.codes import check_code, end_visits, grant_visit, issue_code
from portal.identity.proof import CodePurpose
from portal.identity.queries import visit
from portal.ids import new_id
from portal.notifications.commands import notify
from portal.notifications.notices import NoticeKind
from portal.requests.answers import to_intake, to_other_intake
from portal.requests.commands.receiving import receive
from portal.requests.commands.splitting import receive_other
from portal.requests.journey import kept
from portal.requests.models import FootageRequest, RequestDraft


def open_draft(session: Session, *, browser: str, at: datetime) -> RequestDraft | None:
    """The unsent request this browser is writing, if its time has not run out."""
    return session.scalars(
        sa.select(RequestDraft)
        .where(RequestDraft.browser == browser, RequestDraft.expires_at > at)
        .order_by(RequestDraft.updated_at.desc(), RequestDraft.id)
        .limit(1)
    ).one_or_none()


def keep_answer(
    session: Session,
    *,
    browser: str,
    question: str,
    answer: Mapping[str, Any],
    draft_days: int,
    at: datetime,
) -> RequestDraft:
    """Write one answer down; the first makes the draft. Its time starts anew."""
    draft = _own(session, browser, draft_days, at)
    draft.answers = {**draft.answers, question: dict(answer)}
    return draft


def save_for_later(
    session: Session, *, browser: str, email: str, draft_days: int, at: datetime
) -> RequestDraft:
    """Keep the address to send codes to, and send the first. TooMany after several."""
    draft = _own(session, browser, draft_days, at)
    draft.email = email
    session.flush()
    send_draft_code(session, draft_id=draft.id, browser=browser, at=at)
    return draft


def send_draft_code(session: Session, *, draft_id: UUID, browser: str, at: datetime) -> None:
    """Issue a code for this browser, and send it to the address on file, if there is one.

    A draft that is not there is treated the same but for the e-mail. TooMany after several.
    """
    code = issue_code(
        session, purpose=CodePurpose.DRAFT, subject_id=draft_id, browser=browser, at=at
    )
    draft = _live(session, draft_id, at)
    if draft is None or not draft.email:
        return
    notify(
        session,
        NoticeKind.DRAFT_CODE,
        to=draft.email,
        key=f"draft-code:{new_id()}",
        at=at,
        path=f"/come-back/{draft_id}",
        code=code,
        minutes=int(LASTING.total_seconds() // 60),
        kept_until=day_in_words(draft.expires_at.date()),
    )


def come_back(
    session: Session, *, draft_id: UUID, typed: str, browser: str, at: datetime
) -> CodeVerdict:
    """Whether the code opens the draft to this browser. `continue_on` then moves it there."""
    verdict = check_code(
        session,
        purpose=CodePurpose.DRAFT,
        subject_id=draft_id,
        browser=browser,
        typed=typed,
        at=at,
    )
    if verdict is CodeVerdict.ACCEPTED and _live(session, draft_id, at) is None:
        return CodeVerdict.USED_UP
    return verdict


def continue_on(session: Session, *, draft_id: UUID, browser: str, at: datetime) -> None:
    """The draft is this browser's from now on. Only after `come_back` accepted the code."""
    draft = _live(session, draft_id, at)
    if draft is None:
        raise Gone("This request is not kept any more. You can start again.")
    draft.browser, draft.updated_at = browser, at
    end_visits(session, purpose=CodePurpose.DRAFT, subject_id=draft_id, at=at)
    _let_in(session, draft, at)


def send(
    session: Session, *, draft_id: UUID, browser: str, by: Actor, at: datetime
) -> FootageRequest | None:
    """Turn this browser's draft into a request that it may see. None when it has no such draft.

    Sending twice gives the same request: the draft's id is the request's. The answers stay only
    in the request. Who asked for two things has two requests, linked, and may see both.
    """
    draft = locked(session, RequestDraft, draft_id)
    if draft is None or draft.browser != browser or draft.expires_at <= at:
        return None
    answers = kept(draft.answers)
    footage_request = receive(
        session,
        request_id=draft.id,
        intake=to_intake(answers),
        received_at=at,
        by=by,
        at=at,
    )
    other = to_other_intake(answers)
    made = [footage_request]
    if other is not None:
        made.append(receive_other(session, footage_request, other, by=by, at=at))
    session.delete(draft)
    end_visits(session, purpose=CodePurpose.DRAFT, subject_id=draft_id, at=at)
    for each in made:
        grant_visit(
            session, purpose=CodePurpose.REQUEST, subject_id=each.id, browser=browser, at=at
        )
    record(session, "draft.sent", subject=footage_request.reference, by=by, at=at)
    return footage_request


def _own(session: Session, browser: str, draft_days: int, at: datetime) -> RequestDraft:
    """This browser's draft, locked, its time starting anew; or a new one."""
    draft = open_draft(session, browser=browser, at=at)
    until = at + timedelta(days=draft_days)
    if draft is None:
        draft = RequestDraft(browser=browser, created_at=at, updated_at=at, expires_at=until)
        draft.answers = {}
        session.add(draft)
        session.flush()
        _let_in(session, draft, at)
        return draft
    session.refresh(draft, with_for_update=True)
    draft.updated_at, draft.expires_at = at, until
    _let_in(session, draft, at)
    return draft


def _let_in(session: Session, draft: RequestDraft, at: datetime) -> None:
    """This browser may add proofs to the draft, for as long as the draft lives: that room knows
    visits, and no drafts. A visit that lasts to the last day but one is not written anew."""
    mine = visit(
        session, purpose=CodePurpose.DRAFT, subject_id=draft.id, browser=draft.browser, at=at
    )
    if mine is not None and mine.expires_at > draft.expires_at - timedelta(days=1):
        return
    grant_visit(
        session,
        purpose=CodePurpose.DRAFT,
        subject_id=draft.id,
        browser=draft.browser,
        at=at,
        lasting=draft.expires_at - at,
    )


def _live(session: Session, draft_id: UUID, at: datetime) -> RequestDraft | None:
    draft = locked(session, RequestDraft, draft_id)
    return draft if draft is not None and draft.expires_at > at else None
