"""The applicant's pages for asking us to look again, and for complaining."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask import Response as Page
from flask.typing import ResponseReturnValue

from portal.dates import london_day
from portal.errors import NotFound
from portal.requests.ics import reply_by_calendar
from portal.requests.views.own import limit, own_id, own_request, seen_id
from portal.reviews.applicant_queries import LookAgainPage, ShownReview, look_again_page
from portal.reviews.commands.asking import ask_to_look_again
from portal.reviews.forms import AskForm
from portal.reviews.kinds import ReviewKind
from portal.web.guards import current_actor, public
from portal.web.limits import Limit
from portal.web.session import now, reading, settings, writing

blueprint = Blueprint("reviews", __name__, url_prefix="/your-request/<reference>/look-again")

ASKS = Limit("reviews", 10, timedelta(hours=1))
_KINDS = {kind.slug: kind for kind in ReviewKind}


@blueprint.get("")
@public
def ways(reference: str) -> ResponseReturnValue:
    """What they can do when they do not agree, and what each way can do for them."""
    with reading() as session:
        if seen_id(session, reference) is None:
            return redirect(url_for("your_request.show_it_is_you", reference=reference), 303)
    return render_template("reviews/ways.html", reference=reference, page=_page(reference))


@blueprint.route("/<slug>", methods=["GET", "POST"])
@public
def ask(reference: str, slug: str) -> ResponseReturnValue:
    """One box: what went wrong, and what they want."""
    page, kind = _page(reference), _kind(slug)
    if _newest(page, kind) is not None and page.why_not is not None:
        # The same button twice, or a page that was left open.
        return redirect(url_for(".sent", reference=reference, slug=slug), 303)
    if kind is not page.kind or page.why_not is not None:
        return redirect(url_for(".ways", reference=reference), 303)
    form = AskForm(kind)
    if form.validate_on_submit():
        limit(ASKS)
        _ask(own_id(reference), kind, form.words.data)
        return redirect(url_for(".sent", reference=reference, slug=slug), 303)
    status = 422 if form.is_submitted() else 200
    return render_template("reviews/ask.html", reference=reference, page=page, form=form), status


def _ask(request_id: UUID, kind: ReviewKind, words: str) -> None:
    with writing() as session:
        ask_to_look_again(
            session,
            request_id=request_id,
            kind=kind,
            words=words,
            received_at=now(),
            by=current_actor(),
            at=now(),
        )


@blueprint.get("/<slug>/sent")
@public
def sent(reference: str, slug: str) -> str:
    """We have it, since when, and by when we say what we found."""
    asked = _newest(_page(reference), _kind(slug))
    if asked is None:
        raise NotFound()
    return render_template("reviews/sent.html", reference=reference, asked=asked)


@blueprint.get("/<slug>/calendar.ics")
@public
def calendar(reference: str, slug: str) -> Page:
    """The day by which we say what we found, for their calendar."""
    asked = _newest(_page(reference), _kind(slug))
    if asked is None or asked.due_on is None:
        raise NotFound()
    file = make_response(
        reply_by_calendar(
            reference=reference,
            about=asked.kind.slug,
            reply_by_on=asked.due_on,
            force_name=settings().force_name,
            address=f"{settings().base_url.rstrip('/')}/your-request/{reference}",
            made_at=now(),
            revision=len(asked.working),
        )
    )
    file.headers["Content-Type"] = "text/calendar; charset=utf-8"
    name = f"{reference}-{slug}.ics"
    file.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return file


def _page(reference: str) -> LookAgainPage:
    with reading() as session:
        return look_again_page(session, own_request(session, reference), today=london_day(now()))


def _kind(slug: str) -> ReviewKind:
    if slug not in _KINDS:
        raise NotFound()
    return _KINDS[slug]


def _newest(page: LookAgainPage, kind: ReviewKind) -> ShownReview | None:
    return next((one for one in page.reviews if one.kind is kind), None)
