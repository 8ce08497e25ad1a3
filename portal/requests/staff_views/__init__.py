"""The staff's pages about one request."""

from flask import Blueprint

from portal.requests.staff_views import (
    calendar,
    clarifying,
    ending,
    finding,
    history,
    holds,
    identity,
    messages,
    overview,
    posting,
    registering,
    time,
)
from portal.requests.staff_views.blueprint import blueprint

# Importing the pages is what hangs them on the blueprint.
_PAGES = (
    calendar,
    clarifying,
    ending,
    finding,
    history,
    holds,
    identity,
    messages,
    overview,
    posting,
    registering,
    time,
)

blueprints: tuple[Blueprint, ...] = (blueprint,)

__all__ = ["blueprints"]
