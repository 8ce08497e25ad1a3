"""Checking the answers, sending them, and the page that says they were received."""

from uuid import UUID

from flask import Response as Page
from flask import make_response, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.errors import NotFound
from portal.identity.proof import CodePurpose
from portal.identity.queries import visit
from portal.requests.answers import is_about_video
from portal.requests.commands.drafting import open_draft, send
from portal.requests.journey import missing
from portal.requests.models import FootageRequest
from portal.requests.queries import by_id, by_reference
from portal.requests.reading_back import cards
from portal.requests.views.asking import address_of
from portal.requests.views.blueprint import blueprint
from portal.web.forms import PlainForm
from portal.web.guards import browser, current_actor, public
from portal.web.limits import SUBMISSIONS, take, visitor
from portal.web.session import now, reading, writing


@blueprint.get("/check-answers")
@public
def check_answers() -> str | Response:
    """Everything they said, with a way to change each. Something missing is asked first."""
    with reading() as session:
        draft = open_draft(session, browser=browser(), at=now())
    if draft is None:
        return redirect(url_for("requests.start"), 303)
    stop = missing(draft.answers)
    if stop is not None:
        return redirect(address_of(stop), 303)
    return render_template(
        "requests/check_answers.html",
        cards=cards(draft.answers),
        form=PlainForm(),
        draft=draft,
        address_of=address_of,
    )


@blueprint.post("/send/<uuid:draft_id>")
@public
def send_request(draft_id: UUID) -> Response:
    """Send. A second click finds the request that the first one made."""
    with reading() as session:
        sent_before = _seen(session, draft_id)
        draft = open_draft(session, browser=browser(), at=now())
        stop = missing(draft.answers) if draft is not None and draft.id == draft_id else None
    if sent_before is not None:
        return _to_sent(sent_before)
    if stop is not None:
        return redirect(address_of(stop), 303)
    with writing() as session:
        take(session, SUBMISSIONS, visitor(), at=now())
    with writing() as session:
        made = send(
            session, draft_id=draft_id, browser=browser(), by=current_actor(), at=now()
        ) or _seen(session, draft_id)
    return redirect(url_for("requests.start"), 303) if made is None else _to_sent(made)


@blueprint.get("/sent/<reference>")
@public
def sent(reference: str) -> str:
    """The reference, the day we will reply by, and what happens next."""
    with reading() as session:
        footage_request = _own(session, reference)
        other = _other(session, footage_request)
    return render_template(
        "requests/sent.html",
        footage_request=footage_request,
        other=other,
        is_video=is_about_video(footage_request.sighting.earliest_at),
    )


@blueprint.get("/sent/<reference>/copy")
@public
def copy_of_sent(reference: str) -> Page:
    """What they sent, as one file to keep or print."""
    with reading() as session:
        footage_request = _own(session, reference)
    page = make_response(render_template("requests/copy.html", footage_request=footage_request))
    page.headers["Content-Disposition"] = f'attachment; filename="{reference}.html"'
    return page


def _own(session: Session, reference: str) -> FootageRequest:
    """The request, if this browser may see it; otherwise there is none."""
    footage_request = by_reference(session, reference)
    if not _may_see(session, footage_request.id):
        # The very words of a reference that does not exist: strangers learn nothing.
        raise NotFound("There is no such request.")
    return footage_request


def _other(session: Session, footage_request: FootageRequest) -> FootageRequest | None:
    """The other half of an ask for two things, if this browser may see that one too."""
    other_id = footage_request.linked_to
    return _seen(session, other_id) if other_id is not None else None


def _seen(session: Session, request_id: UUID) -> FootageRequest | None:
    """The request that this browser's draft became, if it did."""
    return by_id(session, request_id) if _may_see(session, request_id) else None


def _may_see(session: Session, request_id: UUID) -> bool:
    mine = visit(
        session,
        purpose=CodePurpose.REQUEST,
        subject_id=request_id,
        browser=browser(),
        at=now(),
    )
    return mine is not None


def _to_sent(footage_request: FootageRequest) -> Response:
    return redirect(url_for("requests.sent", reference=footage_request.reference), 303)
