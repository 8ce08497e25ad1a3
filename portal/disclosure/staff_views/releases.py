"""What was released, who opened it, closing its link and making a new one."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.actors import Role
from portal.disclosure.commands import renew as renew_now
from portal.disclosure.commands import revoke as revoke_now
from portal.disclosure.forms import WhyForm
from portal.disclosure.models import Release
from portal.disclosure.queries.pages import newest_of, release_pages
from portal.disclosure.queries.releases import release_in
from portal.disclosure.staff_views.blueprint import READERS, blueprint
from portal.identity.queries import waiting_passphrase
from portal.requests.queries import by_reference
from portal.requests.staff_views.page import request_page
from portal.web.forms import PlainForm
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, settings, writing

_RELEASE = "/requests/<reference>/release/<uuid:release_id>"


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
            new_passphrase=waiting_passphrase(session, page["footage_request"].id, now()),
            may_act=current_actor().has(Role.DECISION_MAKER, Role.SECONDER),
        )


@blueprint.route(_RELEASE + "/revoke", methods=["GET", "POST"])
@roles(Role.DECISION_MAKER, Role.SECONDER)
def revoke(reference: str, release_id: UUID) -> ResponseReturnValue:
    """Close the link at once, with a reason."""
    form = WhyForm()
    if form.validate_on_submit():
        with writing() as session:
            link = newest_of(_release(session, reference, release_id).links)
            why = form.why.data or ""
            revoke_now(session, link_id=link.id, why=why, by=current_actor(), at=now())
        flash("The link is closed. The applicant has been told.", "success")
        return redirect(url_for(".release", reference=reference), 303)
    page = _asking(reference, release_id, "disclosure/revoke.html", form)
    return page, 422 if form.errors else 200


@blueprint.route(_RELEASE + "/renew", methods=["GET", "POST"])
@roles(Role.DECISION_MAKER, Role.SECONDER)
def renew(reference: str, release_id: UUID) -> ResponseReturnValue:
    """Make a new link, which ends the old one, and e-mail it."""
    form = PlainForm()
    if request.method == "POST" and form.validate_on_submit():
        with writing() as session:
            found = _release(session, reference, release_id)
            days = settings().link_days
            renew_now(session, release_id=found.id, days=days, by=current_actor(), at=now())
        flash("A new link was made and e-mailed. The old one has ended.", "success")
        return redirect(url_for(".release", reference=reference), 303)
    return _asking(reference, release_id, "disclosure/renew.html", form)


def _asking(reference: str, release_id: UUID, template: str, form: object) -> str:
    with reading() as session:
        _release(session, reference, release_id)
        return render_template(template, **request_page(session, reference), form=form)


def _release(session: Session, reference: str, release_id: UUID) -> Release:
    return release_in(session, by_reference(session, reference).id, release_id)
