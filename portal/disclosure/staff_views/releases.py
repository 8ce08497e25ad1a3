"""What was released, who opened it, closing its link and making a new one."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.actors import Role
from portal.disclosure.commands import renew as renew_now
from portal.disclosure.commands import revoke as revoke_now
from portal.disclosure.forms import PressForm, WhyForm
from portal.disclosure.models import DownloadLink
from portal.disclosure.queries.pages import release_pages
from portal.disclosure.queries.releases import newest_link
from portal.disclosure.staff_views.blueprint import READERS, blueprint
from portal.errors import NotFound
from portal.requests.queries import by_reference
from portal.requests.staff_views.page import request_page
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, settings, writing


@blueprint.get("/requests/<reference>/release")
@roles(*READERS)
def release(reference: str) -> str:
    """Every release: its files, its link, and every time it was opened."""
    with reading() as session:
        page = request_page(session, reference)
        return render_template(
            "disclosure/release.html",
            **page,
            pages=release_pages(session, page["footage_request"].id, at=now()),
            may_act=current_actor().has(Role.DECISION_MAKER, Role.SECONDER),
        )


@blueprint.route("/requests/<reference>/release/revoke", methods=["GET", "POST"])
@roles(Role.DECISION_MAKER, Role.SECONDER)
def revoke(reference: str) -> ResponseReturnValue:
    """Close the link at once, with a reason."""
    form = WhyForm()
    if form.validate_on_submit():
        with writing() as session:
            link = _link(session, reference)
            why = form.why.data or ""
            revoke_now(session, link_id=link.id, why=why, by=current_actor(), at=now())
        flash("The link is closed. The applicant has been told.", "success")
        return redirect(url_for(".release", reference=reference), 303)
    return _asking(reference, "disclosure/revoke.html", form), 422 if form.errors else 200


@blueprint.route("/requests/<reference>/release/renew", methods=["GET", "POST"])
@roles(Role.DECISION_MAKER, Role.SECONDER)
def renew(reference: str) -> ResponseReturnValue:
    """Make a new link, which ends the old one, and e-mail it."""
    form = PressForm()
    if request.method == "POST" and form.validate_on_submit():
        with writing() as session:
            release_id = _link(session, reference).release_id
            days = settings().link_days
            renew_now(session, release_id=release_id, days=days, by=current_actor(), at=now())
        flash("A new link was made and e-mailed. The old one has ended.", "success")
        return redirect(url_for(".release", reference=reference), 303)
    return _asking(reference, "disclosure/renew.html", form)


def _asking(reference: str, template: str, form: object) -> str:
    with reading() as session:
        _link(session, reference)
        return render_template(template, **request_page(session, reference), form=form)


def _link(session: Session, reference: str) -> DownloadLink:
    link = newest_link(session, by_reference(session, reference).id)
    if link is None:
        raise NotFound("Nothing was released yet.")
    return link
