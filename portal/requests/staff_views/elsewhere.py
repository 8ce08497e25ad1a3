"""Searching another place or time than the applicant said."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from portal.actors import Role
from portal.requests.forms.elsewhere import ElsewhereForm
from portal.requests.offers import boroughs_on_offer, places_on_offer
from portal.requests.queries import by_reference
from portal.requests.staff_views.blueprint import blueprint
from portal.requests.staff_views.finding import search_with
from portal.requests.staff_views.page import request_page
from portal.web.fields import clean
from portal.web.forms import refusal_told_on
from portal.web.guards import roles
from portal.web.session import now, reading


@blueprint.route("/<reference>/find-video/elsewhere", methods=["GET", "POST"])
@roles(Role.SEARCHER)
def search_elsewhere(reference: str) -> ResponseReturnValue:
    """One page; a place with several meanings is asked again. What was found before stays."""
    form = _form(reference)
    if not form.is_submitted():
        return _page(reference, form)
    if form.validate():
        with refusal_told_on(form, form.place):
            return search_with(reference, elsewhere=form.to_elsewhere())
    return _page(reference, form), 422


def _form(reference: str) -> ElsewhereForm:
    typed = clean(request.form.get("place", ""), lines=False)[:200]
    with reading() as session:
        return ElsewhereForm(
            by_reference(session, reference).sighting,
            at=now(),
            boroughs=boroughs_on_offer(session),
            places=places_on_offer(session, typed) if typed else (),
        )


def _page(reference: str, form: ElsewhereForm) -> str:
    with reading() as session:
        return render_template(
            "requests/office/search_elsewhere.html", **request_page(session, reference), form=form
        )
