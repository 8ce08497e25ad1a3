"""The one blueprint that the modules of this folder hang their pages on, and who may look."""

from flask import Blueprint

from portal.actors import Role

blueprint = Blueprint("disclosure", __name__)

# Who may look at a decision and its release; deciding and seconding take their own roles.
READERS = (
    Role.INTAKE,
    Role.SEARCHER,
    Role.DECISION_MAKER,
    Role.SECONDER,
    Role.AUDITOR,
)
