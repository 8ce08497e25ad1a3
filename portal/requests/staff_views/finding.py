"""Finding the video of a request: searching, judging what was found, and finishing."""

from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.actors import Role
from portal.errors import Refused
from portal.recordings.models import Search
from portal.recordings.queries import searches_of
from portal.requests.answers import NO_MOMENT
from portal.requests.commands.finding import (
    confirm_candidate,
    may_judge,
    reject_candidate,
    reject_candidates,
)
from portal.requests.commands.moving import move
from portal.requests.commands.searching import search_and_preserve
from portal.requests.forms.office import JudgeForm, RejectSeveralForm, SearchForm
from portal.requests.lifecycle import BUTTONS, TABLE, Event, obstacle
from portal.requests.models import FootageRequest
from portal.requests.queries import by_reference
from portal.requests.staff_views.blueprint import blueprint
from portal.requests.staff_views.candidates import PAGE_SIZE, Listed, listed
from portal.requests.staff_views.page import request_page
from portal.requests.staff_views.sketch import sketch
from portal.requests.staff_views.timeline import timeline
from portal.web.forms import PlainForm
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, settings, writing

_READERS = (
    Role.INTAKE,
    Role.SEARCHER,
    Role.DECISION_MAKER,
    Role.SECONDER,
    Role.SENIOR_REVIEWER,
    Role.DATA_PROTECTION_OFFICER,
    Role.AUDITOR,
)
_WATCHERS = (Role.SEARCHER, Role.DECISION_MAKER, Role.SECONDER)
_LIST = "list"


@blueprint.get("/<reference>/find-video")
@roles(*_READERS)
def find_video(reference: str) -> ResponseReturnValue:
    """The list of what was found is the truth; the pictures only help to read it."""
    return _page(reference)


@blueprint.post("/<reference>/find-video/search")
@roles(Role.SEARCHER)
def search(reference: str) -> ResponseReturnValue:
    """Search again, as wide as was chosen. The search is kept, whatever it finds."""
    form = SearchForm()
    if not form.validate():
        return _page(reference, search_form=form), 422
    try:
        with writing() as session:
            made = search_and_preserve(
                session,
                request_id=by_reference(session, reference).id,
                by=current_actor(),
                at=now(),
                widening=form.to_widening(),
            )
    except Refused as refusal:
        form.metres.errors = [refusal.message]
        return _page(reference, search_form=form), 422
    flash(_found_words(made), "success" if made.found else "plain")
    return redirect(url_for(".find_video", reference=reference), 303)


@blueprint.post("/<reference>/find-video/<int(max=9223372036854775807):candidate_id>")
@roles(Role.SEARCHER)
def judge(reference: str, candidate_id: int) -> ResponseReturnValue:
    """Confirm or reject one recording."""
    form = JudgeForm()
    if not form.validate():
        return _page(reference, judge_form=form, judged=candidate_id), 422
    deed = confirm_candidate if form.verdict.data == "confirm" else reject_candidate
    with writing() as session:
        deed(
            session,
            request_id=by_reference(session, reference).id,
            candidate_id=candidate_id,
            why=form.why.data or "",
            by=current_actor(),
            at=now(),
        )
    flash("Confirmed." if form.verdict.data == "confirm" else "Rejected.", "success")
    return _back_to_list(reference)


@blueprint.post("/<reference>/find-video/reject")
@roles(Role.SEARCHER)
def reject_several(reference: str) -> ResponseReturnValue:
    """Reject several recordings, or all that are left, for one reason."""
    form = RejectSeveralForm(_typed_numbers())
    if not form.validate():
        return _page(reference, several_form=form), 422
    with writing() as session:
        count = reject_candidates(
            session,
            request_id=by_reference(session, reference).id,
            candidate_ids=form.chosen(),
            why=form.because.data,
            by=current_actor(),
            at=now(),
        )
    flash(f"Rejected {count} recording{'' if count == 1 else 's'}.", "success")
    return _back_to_list(reference)


@blueprint.post("/<reference>/find-video/start")
@roles(*BUTTONS[Event.SEARCH_STARTED])
def start_search(reference: str) -> ResponseReturnValue:
    """Somebody looks for the video now."""
    return _moved(reference, Event.SEARCH_STARTED, "You are looking for the video.")


@blueprint.post("/<reference>/find-video/finish")
@roles(*BUTTONS[Event.SEARCH_FINISHED])
def finish_search(reference: str) -> ResponseReturnValue:
    """Everything that was found is judged."""
    return _moved(reference, Event.SEARCH_FINISHED, "The search is finished.")


def _moved(reference: str, event: Event, words: str) -> ResponseReturnValue:
    if PlainForm().validate_on_submit():
        with writing() as session:
            request_id = by_reference(session, reference).id
            move(session, request_id=request_id, event=event, by=current_actor(), at=now())
        flash(words, "success")
    return redirect(url_for(".find_video", reference=reference), 303)


def _back_to_list(reference: str) -> ResponseReturnValue:
    page = _page_number()
    address = url_for(
        ".find_video", reference=reference, page=page if page > 1 else None, _anchor=_LIST
    )
    return redirect(address, 303)


def _typed_numbers() -> list[int]:
    """The numbers that were ticked. Whose they are is for the command to say."""
    typed = request.form.getlist("candidates")[:PAGE_SIZE]
    return [int(one) for one in typed if one.isascii() and one.isdigit() and len(one) < 19]


def _page_number() -> int:
    return max(1, request.args.get("page", default=1, type=int) or 1)


def _found_words(made: Search) -> str:
    if not made.found:
        return "Nothing was found. The search is kept as a record."
    return f"Found {made.found} recording{'' if made.found == 1 else 's'}."


def _page(reference: str, **forms: Any) -> str:
    """The page, with the form that was found wrong and fresh ones for the rest."""
    with reading() as session:
        page = request_page(session, reference)
        footage_request: FootageRequest = page["footage_request"]
        found = listed(
            session,
            footage_request,
            page=_page_number(),
            retention=_retention(),
            at=now(),
        )
        searches = searches_of(session, footage_request.id)
        return render_template(
            "requests/office/find_video.html",
            **page,
            **_forms(forms),
            **_pictures(session, footage_request, found, searches),
            **_deeds(footage_request, page),
            found=found,
            searches=[(search, _asked(search)) for search in searches],
            is_about_video=footage_request.sighting.latest_at > NO_MOMENT[1],
            may_watch=current_actor().has(*_WATCHERS),
        )


def _forms(given: dict[str, Any]) -> dict[str, Any]:
    forms = {
        "search_form": SearchForm(formdata=None),
        "judge_form": JudgeForm(formdata=None),
        "several_form": None,
        "judged": None,
        **given,
    }
    return {**forms, "plain": PlainForm(formdata=None), "has_errors": bool(given)}


def _retention() -> timedelta:
    return timedelta(days=settings().retention_days)


def _pictures(
    session: Session, footage_request: FootageRequest, found: Listed, searches: Any
) -> dict[str, Any]:
    sighting = footage_request.sighting
    asked = (sighting.earliest_at, sighting.latest_at)
    latest = _asked(searches[0]) if searches else {}
    searched = (latest.get("from", asked[0]), latest.get("until", asked[1]))
    radius_m = latest.get("radius_m", float(sighting.radius_m))
    return {
        "timeline": timeline(found.drawn, asked=asked, searched=searched),
        "sketch": sketch(session, sighting, found.drawn, radius_m=radius_m, between=searched),
    }


def _asked(search: Search) -> dict[str, Any]:
    """What a search looked for, as it was written down."""
    held = search.criteria
    asked: dict[str, Any] = {
        name: datetime.fromisoformat(held[name]) for name in ("from", "until") if name in held
    }
    radius_m = held.get("radius_m") or (held.get("point") or {}).get("radius_m")
    if radius_m:
        asked["radius_m"] = float(radius_m)
        asked["place"] = f"within {radius_m:,.0f} m of the place"
    else:
        asked["place"] = held.get("area") or "anywhere"
    return asked


def _deeds(footage_request: FootageRequest, page: dict[str, Any]) -> dict[str, Any]:
    """Which buttons there are. `why_not_finish` says what must be done before."""
    is_searcher = current_actor().has(Role.SEARCHER)
    status = footage_request.status
    return {
        "may_search": is_searcher and status.is_open,
        "may_judge": is_searcher and may_judge(status),
        "may_start": is_searcher and (status, Event.SEARCH_STARTED) in TABLE,
        "may_finish": is_searcher and (status, Event.SEARCH_FINISHED) in TABLE,
        "why_not_finish": obstacle(Event.SEARCH_FINISHED, page["facts"]),
    }
