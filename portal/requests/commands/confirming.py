"""Codes to the address on file: for confirming it, and for seeing the request.

A stranger learns nothing. For a reference that is not there, a code is made all the same, for an
id that is nobody's; it takes as long and is limited as much, and only the e-mail is missing.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import PUBLIC
from portal.audit.commands import record
from portal.db import locked, locked_one
from portal.identity.codes import LASTING, CodeVerdict
from portal.identity.commands.codes import check_code, grant_visit, issue_code
from portal.identity.models import Visit
from portal.identity.proof import CodePurpose
from portal.identity.queries import address_changed_at, typed_a_code_since
from portal.ids import new_token
from portal.notifications.commands import notify
from portal.notifications.notices import NoticeKind
from portal.requests.applicant_queries import request_id_for
from portal.requests.models import Applicant, FootageRequest, RequestDraft


def send_code(
    session: Session, *, reference: str, purpose: CodePurpose, browser: str, at: datetime
) -> None:
    """Make a code for this browser and send it to the address on file, if there is one.

    Never to an address that is typed. TooMany after 3 in 15 minutes or 10 in a day.
    """
    request_id = request_id_for(session, reference)
    code = issue_code(session, purpose=purpose, subject_id=request_id, browser=browser, at=at)
    applicant = session.get(Applicant, request_id)
    if applicant is not None:
        notify(
            session,
            NoticeKind.CODE,
            to=applicant.email,
            key=f"code:{new_token()}",
            at=at,
            about=reference,
            code=code,
            minutes=int(LASTING.total_seconds() // 60),
        )


def type_code(
    session: Session,
    *,
    reference: str,
    purpose: CodePurpose,
    browser: str,
    typed: str,
    at: datetime,
) -> CodeVerdict:
    """Whether the code is right. A right one also shows that the e-mail address is theirs; the
    day the request was received stays what it is. Counts the try: the transaction must commit."""
    request_id = request_id_for(session, reference)
    verdict = check_code(
        session, purpose=purpose, subject_id=request_id, browser=browser, typed=typed, at=at
    )
    footage_request = session.get(FootageRequest, request_id)
    if footage_request is None:
        return CodeVerdict.USED_UP if verdict is CodeVerdict.ACCEPTED else verdict
    if verdict is CodeVerdict.ACCEPTED:
        _confirm_address(session, footage_request, at)
    return verdict


def let_in(
    session: Session, *, reference: str, old_browser: str, browser: str, at: datetime
) -> None:
    """This browser may see the request for an hour. Only after `type_code` accepted the code.

    The browser was given a new key meanwhile, so that whoever planted the old one sees nothing;
    what it had open moves to the new key, so that nothing typed is lost. A code that went to an
    address we no longer write to lets nobody in, though it was right a moment ago.
    """
    request_id = request_id_for(session, reference)
    locked(session, FootageRequest, request_id)
    move_browser(session, old=old_browser, new=browser)
    since = address_changed_at(session, request_id)
    if since is not None and not typed_a_code_since(
        session, subject_id=request_id, browser=old_browser, since=since
    ):
        return
    grant_visit(session, purpose=CodePurpose.REQUEST, subject_id=request_id, browser=browser, at=at)
    record(session, "request.opened_by_applicant", subject=reference, by=PUBLIC, at=at)


def _confirm_address(session: Session, footage_request: FootageRequest, at: datetime) -> None:
    applicant = locked_one(session, Applicant, footage_request.id)
    is_first, applicant.email_confirmed_at = applicant.email_confirmed_at is None, at
    if is_first:
        record(
            session,
            "applicant.email_confirmed",
            subject=footage_request.reference,
            by=PUBLIC,
            at=at,
        )


def move_browser(session: Session, *, old: str, new: str) -> None:
    """Let what a browser had open, visits and drafts, follow it to its new key. Only for the
    browser that shows the old key and was given the new one in the same request."""
    for table in (Visit, RequestDraft):
        session.execute(sa.update(table).where(table.browser == old).values(browser=new))
