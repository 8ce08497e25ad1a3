"""When and where: the questions that turn a memory into something that can be searched."""

from typing import Any

import pytest

from tests.factories.public_journey import NOW, SAR, Visitor, day

BEGUN = {"about-you-or-someone": SAR["about-you-or-someone"]}


def test_the_small_hours_are_of_one_night_or_the_other(visitor: Visitor) -> None:
    visitor.walk({**BEGUN, "when": day(NOW.replace(day=21))})
    assert visitor.answer("time", at="1am", sure="30").location == "/ask/which-night"
    page = visitor.get("/ask/which-night").text
    assert "The night from Friday to Saturday: 1am on Saturday 21 November 2026" in page
    assert "The night from Saturday to Sunday: 1am on Sunday 22 November 2026" in page
    assert visitor.answer("which-night", night="after").location == "/ask/place"
    page = visitor.get("/ask/place").text
    assert "from 12:30am to 1:30am on Sunday 22 November 2026" in page


def test_a_night_that_has_not_come_is_not_asked_about(visitor: Visitor) -> None:
    visitor.walk({**BEGUN, "when": day()})
    assert visitor.answer("time", at="1am", sure="30").location == "/ask/place"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"sure": "part"}, "Select which part of the day it was"),
        ({"sure": "part", "part": "dusk"}, "Select which part of the day it was"),
        ({"sure": "part", "part": "evening"}, "The part of the day must be in the past"),
    ],
)
def test_a_part_of_the_day_is_chosen_and_has_been(
    visitor: Visitor, data: dict[str, Any], words: str
) -> None:
    visitor.walk({**BEGUN, "when": day()})
    answered = visitor.answer("time", **data)
    assert answered.status_code == 422
    assert words in answered.text


def test_whoever_asks_for_too_much_may_say_more_or_go_on(
    visitor: Visitor,
) -> None:
    many_days = {
        "known": "range",
        **{f"earliest__{part}": n for part, n in (("day", 1), ("month", 11), ("year", 2026))},
        **{f"latest__{part}": n for part, n in (("day", 20), ("month", 11), ("year", 2026))},
    }
    answers = {
        **SAR,
        "when": many_days,
        "place": {"place": "nowhere known"},
        "which-place": {"choice": "describe"},
        "which-borough": {"borough": "Lambeth"},
        "too-much-video": {},
    }
    order = [*list(SAR)[:5], "which-borough", "too-much-video", *list(SAR)[6:]]
    road = {slug: answers[slug] for slug in order if slug != "time"}
    visitor.walk(dict(list(road.items())[:5]))
    page = visitor.get("/ask/too-much-video").text
    assert "from 1 November 2026 to 20 November 2026, all over Lambeth" in page
    for slug in ("when", "place"):
        assert f'href="/ask/{slug}"' in page
    assert 'href="/ask/time"' not in page
    assert visitor.answer("too-much-video").location == "/ask/what-happened"
