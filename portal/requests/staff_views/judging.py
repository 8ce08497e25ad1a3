"""Judging what a search found: one recording, or several for one reason."""

from collections.abc import Sequence

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.actors import Role
from portal.errors import Refused
from portal.recordings.listing import Part, Ranking
from portal.recordings.queries import searches_of
from portal.requests.commands.finding import (
    confirm_candidate,
    reject_candidate,
    reject_candidates,
)
from portal.requests.forms.finding import JudgeForm, RejectSeveralForm
from portal.requests.queries import by_reference, lock_request
from portal.requests.staff_views.blueprint import blueprint
from portal.requests.staff_views.candidates import PAGE_SIZE, pages_of
from portal.requests.staff_views.finding import chosen_part, finding_page, list_address
from portal.requests.staff_views.ground import since_search
from portal.web.forms import refusal_told_on
from portal.web.guards import current_actor, roles
from portal.web.session import now, writing

_LIST = "list"


@blueprint.post("/<reference>/find-video/<int(max=9223372036854775807):candidate_id>")
@roles(Role.SEARCHER)
def judge(reference: str, candidate_id: int) -> ResponseReturnValue:
    """Confirm or reject one recording, and go on to the next."""
    form = JudgeForm()
    if not form.validate():
        return finding_page(reference, judge_form=form, judged=candidate_id), 422
    is_confirmed = form.verdict.data == "confirm"
    deed = confirm_candidate if is_confirmed else reject_candidate
    with writing() as session:
        ranking = _ranking(session, reference)
        deed(
            session,
            request_id=ranking.request_id,
            candidate_id=candidate_id,
            why=form.why.data or "",
            by=current_actor(),
            at=now(),
        )
        number = ranking.number_of(session, candidate_id) or 0
        address = _next_address(session, reference, ranking, number)
    flash(f"Number {number} is {'confirmed' if is_confirmed else 'rejected'}.", "success")
    return redirect(address, 303)


@blueprint.post("/<reference>/find-video/reject")
@roles(Role.SEARCHER)
def reject_several(reference: str) -> ResponseReturnValue:
    """Reject several recordings, or all that are left of the list, for one reason."""
    form = RejectSeveralForm(_typed_numbers())
    if not form.validate():
        return finding_page(reference, several_form=form), 422
    part = chosen_part()
    with refusal_told_on(form, form.candidates), writing() as session:
        # Locked first, so that no other search comes between the list and its rejection.
        lock_request(session, by_reference(session, reference).id)
        ranking = _ranking(session, reference)
        count = reject_candidates(
            session,
            request_id=ranking.request_id,
            candidate_ids=_chosen(session, form, ranking, part),
            why=form.because.data,
            by=current_actor(),
            at=now(),
        )
        pages = pages_of(ranking.counts(session)[part])
    if form.errors:
        return finding_page(reference, several_form=form), 422
    flash(f"Rejected {count:,} recording{'' if count == 1 else 's'}.", "success")
    page = min(request.args.get("page", default=1, type=int) or 1, pages)
    return redirect(list_address(reference, part, page, _LIST), 303)


def _chosen(
    session: Session, form: RejectSeveralForm, ranking: Ranking, part: Part
) -> Sequence[int]:
    """What is to be rejected: what was ticked, or all of the list as it was shown."""
    chosen, shown = form.chosen(), form.shown()
    if chosen is not None or shown is None:
        return chosen or []
    since_search, newest = shown
    if since_search != ranking.since_search:
        raise Refused(
            "Somebody searched again while you looked at the list, so it is another list now. "
            "Look at it, and then reject what is not the one."
        )
    return ranking.ids(session, part, newest=newest)


def _ranking(session: Session, reference: str) -> Ranking:
    request_id = by_reference(session, reference).id
    return Ranking(request_id, since_search(searches_of(session, request_id)))


def _next_address(session: Session, reference: str, ranking: Ranking, number: int) -> str:
    """The row after the judged one, wherever it stands now that the others have moved up."""
    part = chosen_part()
    following = ranking.following(session, part, number)
    if following is None:
        return list_address(reference, Part.UNJUDGED, 1, _LIST)
    page = following.before // PAGE_SIZE + 1
    return list_address(reference, part, page, f"candidate-{following.candidate_id}")


def _typed_numbers() -> list[int]:
    """The numbers that were ticked. Whose they are is for the command to say."""
    typed = request.form.getlist("candidates")[:PAGE_SIZE]
    return [int(one) for one in typed if one.isascii() and one.isdigit() and len(one) < 19]
