"""The staff's pages about one request."""

from flask import Blueprint

from portal.requests.staff_views import (
    clarifying,
    finding,
    history,
    holds,
    identity,
    messages,
    overview,
    posting,
    registering,
)
from portal.requests.staff_views.blueprint import blueprint

# Importing the pages is what hangs them on the blueprint.
_PAGES = (clarifying, finding, history, holds, identity, messages, overview, posting, registering)

blueprints: tuple[Blueprint, ...] = (blueprint,)

__all__ = ["blueprints"]
