"""The calls that machines make."""

from portal.feed.views.admitting import admit
from portal.feed.views.calls import blueprint

__all__ = ["admit", "blueprint"]
