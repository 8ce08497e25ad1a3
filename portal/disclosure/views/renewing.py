"""A new link for somebody whose link ran out, without asking a person."""

from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.actors import PUBLIC
from portal.disclosure.commands import renew
from portal.disclosure.links import may_renew
from portal.disclosure.queries.collecting import entered
from portal.disclosure.queries.releases import facts_of, newest_link
from portal.disclosure.views.blueprint import blueprint
from portal.errors import NotFound
from portal.identity.proof import CodePurpose
from portal.identity.queries import visit
from portal.requests.queries import by_reference
from portal.web.forms import PlainForm
from portal.web.guards import browser, public
from portal.web.session import now, reading, settings, writing


@blueprint.post("/f/<selector>/new-link")
@public
def new_link(selector: str) -> ResponseReturnValue:
    """E-mail a new link to somebody who has typed the code at the old one."""
    with reading() as session:
        found = entered(session, selector=selector, browser=browser(), at=now())
    if found is None or not PlainForm().validate_on_submit():
        return redirect(url_for(".collect", selector=selector), 303)
    return _renew(found.link.release_id)


@blueprint.route("/your-request/<reference>/new-link", methods=["GET", "POST"])
@public
def new_link_for_request(reference: str) -> ResponseReturnValue:
    """E-mail a new link to somebody who may see the request's page."""
    form = PlainForm()
    with reading() as session:
        footage_request = by_reference(session, reference)
        if not visit(
            session,
            purpose=CodePurpose.REQUEST,
            subject_id=footage_request.id,
            browser=browser(),
            at=now(),
        ):
            raise NotFound()
        link = newest_link(session, footage_request.id)
    if link is None:
        raise NotFound()
    if form.validate_on_submit():
        return _renew(link.release_id)
    is_needed = may_renew(facts_of(link), now())
    return render_template(
        "disclosure/new_link.html", form=form, reference=reference, is_needed=is_needed
    )


@blueprint.get("/new-link-sent")
@public
def new_link_sent() -> str:
    """What a person reads after asking for a new link. It says nothing of any link."""
    return render_template("disclosure/new_link_sent.html")


def _renew(release_id: UUID) -> ResponseReturnValue:
    with writing() as session:
        renew(session, release_id=release_id, days=settings().link_days, by=PUBLIC, at=now())
    return redirect(url_for(".new_link_sent"), 303)
