"""Staff pages of matters, and of the holds that serve them."""

from portal.holds.staff_views import matters, reviewing
from portal.holds.staff_views.blueprint import blueprint

__all__ = ["blueprint", "matters", "reviewing"]
