"""The one blueprint that the modules of this folder hang their pages on, and who may look."""

from flask import Blueprint, request

from portal.actors import Role
from portal.requests.staff_views.blueprint import note_viewing_of

blueprint = Blueprint("disclosure", __name__)

# Who may look at a decision and its release; deciding and seconding take their own roles.
READERS = (
    Role.INTAKE,
    Role.SEARCHER,
    Role.DECISION_MAKER,
    Role.SECONDER,
    Role.SENIOR_REVIEWER,
    Role.DATA_PROTECTION_OFFICER,
    Role.AUDITOR,
)


@blueprint.before_request
def note_who_looks() -> None:
    """Looking at a decision or a release is looking at the request: the book says who did."""
    reference = (request.view_args or {}).get("reference")
    if request.method == "GET" and reference:
        note_viewing_of(reference)
