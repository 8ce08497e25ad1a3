"""The public's pages about requests. The factory takes `blueprints`."""

from portal.requests.views import asking, information, returning, sending
from portal.requests.views.blueprint import blueprint

__all__ = ["asking", "blueprints", "returning", "sending"]

blueprints = (blueprint, information.blueprint)
