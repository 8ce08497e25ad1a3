"""The handlers' pages of a decision, its letters and its release."""

from portal.disclosure.staff_views import (
    addresses,
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
    "addresses",
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
