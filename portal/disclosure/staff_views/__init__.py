"""The handlers' pages of a decision, its letters and its release."""

from portal.disclosure.staff_views import (
    deciding,
    handing_over,
    letters,
    passphrases,
    posting,
    refusing,
    releases,
    restricting,
    weighing,
)
from portal.disclosure.staff_views.blueprint import blueprint

__all__ = [
    "blueprint",
    "deciding",
    "handing_over",
    "letters",
    "passphrases",
    "posting",
    "refusing",
    "releases",
    "restricting",
    "weighing",
]
