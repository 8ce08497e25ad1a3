"""The blueprint that every staff page of holds hangs under."""

from flask import Blueprint

blueprint = Blueprint("holds", __name__, url_prefix="/matters")
