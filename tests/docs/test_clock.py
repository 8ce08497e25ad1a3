"""The page about the clock: its example is what the clock answers, its kinds are all there are."""

import json
import re
from pathlib import Path

from portal.bank_holidays import WHOLE_YEAR, load_shipped
from portal.health import MONTHS_OF_HOLIDAYS
from portal.requests.clock import Regime
from portal.requests.clock.complaint import ACKNOWLEDGE
from portal.requests.clock.foi import EXTENDED_WORKING_DAYS, WORKING_DAYS
from portal.requests.clock.result import PROMISE
from portal.requests.clock_explaining import as_text, explain

PAGE = (Path(__file__).parents[2] / "docs" / "clock.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_example_is_what_the_clock_answers() -> None:
    (_, asked), (_, answered) = BLOCKS
    assert as_text(explain(json.loads(asked), load_shipped())) == answered


def test_every_kind_has_its_row() -> None:
    kinds = PAGE.partition("## What is counted")[2].partition("\n## ")[0]
    rows = [line for line in kinds.splitlines() if line.startswith("| ")]
    # A head; one row serves both kinds of subject access; two kinds can be given longer.
    assert len(rows) == 1 + (len(Regime) - 1) + 2


def test_its_numbers_are_the_codes() -> None:
    assert f"{WORKING_DAYS} working days after the day of receipt" in PAGE
    assert f"{EXTENDED_WORKING_DAYS} working days in all" in PAGE
    assert f"{ACKNOWLEDGE.days} days to acknowledge it" in PAGE
    assert f"the start and {PROMISE.days} days" in PAGE
    assert WHOLE_YEAR == 8 and "at least eight days" in PAGE
    assert MONTHS_OF_HOLIDAYS == 9 and "fewer than nine months" in PAGE
