"""Finding the video of a request: the list, the pictures, searching again, and finishing."""

from datetime import timedelta
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.actors import Role
from portal.recordings.listing import Part, Ranking
from portal.recordings.models import Search
from portal.recordings.queries import searches_of
from portal.requests.answers import is_about_video
from portal.requests.commands.finding import may_judge
from portal.requests.commands.moving import move
from portal.requests.commands.searching import search_and_preserve
from portal.requests.forms.finding import JudgeForm, SearchForm
from portal.requests.lifecycle import BUTTONS, TABLE, Event, obstacle
from portal.requests.models import FootageRequest
from portal.requests.queries import by_reference
from portal.requests.staff_views.blueprint import blueprint
from portal.requests.staff_views.candidates import Listed, listed
from portal.requests.staff_views.ground import Asked, leading, since_search, widening_of
from portal.requests.staff_views.page import request_page
from portal.requests.staff_views.pictures import map_facts, pictured
from portal.requests.staff_views.why import WIDTH
from portal.requests.wanted import SaidSighting, Widening
from portal.web.forms import PlainForm, refusal_told_on
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


@blueprint.get("/<reference>/find-video")
@roles(*_READERS)
def find_video(reference: str) -> ResponseReturnValue:
    """The list of what was found is the truth; the pictures only help to read it."""
    return finding_page(reference)


@blueprint.get("/<reference>/find-video/map.json")
@roles(*_READERS)
def find_video_map(reference: str) -> ResponseReturnValue:
    """What the map draws of the page of the list with the same `part` and `page`."""
    with reading() as session:
        footage_request = by_reference(session, reference)
        searches = searches_of(session, footage_request.id)
        found = _listed(session, footage_request, searches)
        return jsonify(map_facts(pictured(session, footage_request.sighting, searches, found)))


@blueprint.post("/<reference>/find-video/search")
@roles(Role.SEARCHER)
def search(reference: str) -> ResponseReturnValue:
    """Search again, wider or narrower. The search is kept, whatever it finds."""
    with reading() as session:
        form = SearchForm(by_reference(session, reference).sighting)
    if form.validate():
        with refusal_told_on(form, form.minutes):
            return search_with(reference, widening=form.to_widening())
    return finding_page(reference, search_form=form), 422


def search_with(
    reference: str, *, widening: Widening | None = None, elsewhere: SaidSighting | None = None
) -> ResponseReturnValue:
    """Search in that other way, say what was found, and go to the list. Raises `Refused`."""
    with writing() as session:
        made = search_and_preserve(
            session,
            request_id=by_reference(session, reference).id,
            by=current_actor(),
            at=now(),
            widening=widening,
            elsewhere=elsewhere,
        )
    return _searched(reference, made)


def _searched(reference: str, made: Search) -> ResponseReturnValue:
    """Say what a search found, and go to the list."""
    count = f"{made.found:,} recording{'' if made.found == 1 else 's'}"
    likeliest = Asked.of(made).likeliest
    only = f" The likeliest {likeliest:,} are on the list." if likeliest else ""
    words = f"Found {count}.{only}" if made.found else "Nothing was found. The search is kept."
    flash(words, "success" if made.found else "plain")
    return redirect(url_for(".find_video", reference=reference), 303)


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


def chosen_part() -> Part:
    """Which part of the list the address names; what it does not know is the first."""
    typed = request.args.get("part", "")
    return Part(typed) if typed in list(Part) else Part.UNJUDGED


def _chosen_page() -> int:
    return max(1, request.args.get("page", default=1, type=int) or 1)


def list_address(reference: str, part: Part, page: int = 1, anchor: str | None = None) -> str:
    """Where a page of a part of the list is."""
    return url_for(
        ".find_video",
        reference=reference,
        part=None if part is Part.UNJUDGED else part.value,
        page=page if page > 1 else None,
        _anchor=anchor,
    )


def finding_page(reference: str, **forms: Any) -> str:
    """The page, with the form that was found wrong and fresh ones for the rest."""
    with reading() as session:
        page = request_page(session, reference)
        footage_request: FootageRequest = page["footage_request"]
        searches = searches_of(session, footage_request.id)
        found = _listed(session, footage_request, searches)
        sighting, led = footage_request.sighting, leading(searches)
        pictures = pictured(session, sighting, searches, found)
        return render_template(
            "requests/office/find_video.html",
            **page,
            **_forms(forms, footage_request, led),
            **_deeds(footage_request, page),
            found=found,
            parts=Part,
            list_address=list_address,
            timeline=pictures.timeline(),
            sketch=pictures.sketch(),
            unplaced=pictures.unplaced(),
            is_area=pictures.ground.is_area,
            weight_width=WIDTH,
            searches=[(one, Asked.of(one)) for one in searches],
            led=(led, Asked.of(led)) if led is not None else None,
            is_about_video=is_about_video(sighting.earliest_at),
            may_watch=current_actor().has(*_WATCHERS),
        )


def _listed(session: Session, footage_request: FootageRequest, searches: Any) -> Listed:
    return listed(
        session,
        footage_request,
        Ranking(footage_request.id, since_search(searches)),
        part=chosen_part(),
        page=_chosen_page(),
        retention=timedelta(days=settings().retention_days),
        at=now(),
    )


def _forms(
    given: dict[str, Any], footage_request: FootageRequest, led: Search | None
) -> dict[str, Any]:
    sighting = footage_request.sighting
    last = widening_of(led, sighting) if led is not None else None
    forms = {
        "search_form": SearchForm(sighting, last=last, formdata=None),
        "judge_form": JudgeForm(formdata=None),
        "several_form": None,
        "judged": None,
        **given,
    }
    return {**forms, "plain": PlainForm(formdata=None), "has_errors": bool(given)}


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
