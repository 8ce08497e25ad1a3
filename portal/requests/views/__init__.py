"""The public's pages about requests. The factory takes `blueprints`."""

from portal.requests.views import (
    asking,
    information,
    letters,
    own,
    own_proofs,
    returning,
    sending,
    showing_who,
    want_less,
    your_request,
)
from portal.requests.views.blueprint import blueprint

__all__ = [
    "asking",
    "blueprints",
    "letters",
    "own_proofs",
    "returning",
    "sending",
    "showing_who",
    "want_less",
    "your_request",
]

blueprints = (blueprint, information.blueprint, own.blueprint)
