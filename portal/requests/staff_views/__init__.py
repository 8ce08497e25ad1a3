"""The staff's pages about one request."""

from flask import Blueprint

from portal.requests.staff_views import (
    authority,
    calendar,
    clarifying,
    elsewhere,
    ending,
    finding,
    history,
    holds,
    identity,
    judging,
    law,
    messages,
    overriding,
    overview,
    registering,
    time,
    told_us,
    unreached,
)
from portal.requests.staff_views.blueprint import blueprint

# Importing the pages is what hangs them on the blueprint.
_PAGES = (
    overriding,
    authority,
    calendar,
    clarifying,
    elsewhere,
    ending,
    finding,
    history,
    holds,
    identity,
    judging,
    law,
    messages,
    overview,
    registering,
    time,
    told_us,
    unreached,
)

blueprints: tuple[Blueprint, ...] = (blueprint,)

__all__ = ["blueprints"]
