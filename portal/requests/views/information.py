"""Pages that only tell: accessibility, cookies, privacy, contact, other ways to ask."""

from flask import Blueprint, render_template

from portal.web.guards import public

blueprint = Blueprint("information", __name__)


@blueprint.get("/accessibility")
@public
def accessibility() -> str:
    """How accessible the service is."""
    return render_template("information/accessibility.html")


@blueprint.get("/cookies")
@public
def cookies() -> str:
    """What we keep on their device."""
    return render_template("information/cookies.html")


@blueprint.get("/privacy")
@public
def privacy() -> str:
    """What we do with what they tell us."""
    return render_template("information/privacy.html")


@blueprint.get("/contact")
@public
def contact() -> str:
    """How to reach us."""
    return render_template("information/contact.html")


@blueprint.get("/other-ways-to-ask")
@public
def other_ways() -> str:
    """Asking by phone, by post or at a counter."""
    return render_template("information/other_ways_to_ask.html")
