"""The cost limit of the Freedom of Information Act. Law: pure.

FOIA s.12 and the Fees Regulations 2004: £450 for a police force, which at £25 an hour is 18
hours. Only four kinds of work count (regulation 4(3)); hiding people in video never does.
"""

from dataclasses import dataclass
from decimal import Decimal

from portal.disclosure.exemptions.questions import Answers, hours

RATE = Decimal(25)
LIMIT = Decimal(450)
LIMIT_HOURS = LIMIT / RATE
# Regulation 5: requests of one person, or of people who act together, for similar information
# are counted together when they come within this many working days of each other.
TOGETHER_WITHIN_WORKING_DAYS = 60

WORK = {
    "determine": "finding out whether we hold it",
    "locate": "locating it",
    "retrieve": "retrieving it",
    "extract": "extracting it",
}


@dataclass(frozen=True)
class Estimate:
    """Hours of the work that counts, by its name in `WORK`."""

    hours: dict[str, Decimal]

    @property
    def total(self) -> Decimal:
        """All hours together."""
        return sum(self.hours.values(), Decimal(0))

    @property
    def cost(self) -> Decimal:
        """What they cost, in pounds."""
        return self.total * RATE

    @property
    def is_over_limit(self) -> bool:
        """Whether the request may be refused: 18 hours exactly are still within the limit."""
        return self.cost > LIMIT

    def in_words(self) -> list[str]:
        """The estimate as the letter gives it."""
        lines = [
            f"About {_number(self.hours[name])} hours for {work}."
            for name, work in WORK.items()
            if self.hours[name]
        ]
        total = f"Together {_number(self.total)} hours, which at £{_number(RATE)} an hour is "
        return [*lines, f"{total}£{self.cost:,.2f}.".replace(".00.", ".")]


def estimate_of(answers: Answers) -> Estimate:
    """The estimate in the answers of FOI-12; hours that were not given count as none."""
    return Estimate({name: hours(answers.get(name, "")) or Decimal(0) for name in WORK})


def _number(value: Decimal) -> str:
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")
