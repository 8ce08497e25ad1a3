"""Which questions are asked, and in which order."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.identity.authority import Acting
from portal.requests import journey

ME: dict[str, dict[str, Any]] = {"about-you-or-someone": {"who": "me"}}
ACTING: dict[str, dict[str, Any]] = {"about-you-or-someone": {"who": "someone_i_act_for"}}
GENERAL: dict[str, dict[str, Any]] = {"about-you-or-someone": {"who": "general"}}


def asked(answers: dict[str, dict[str, Any]]) -> list[str]:
    """The pages in the order they come, for these answers."""
    slug: str | None = journey.first(answers)
    pages = []
    while slug is not None:
        pages.append(slug)
        slug = journey.after(slug, answers)
    return pages


def test_a_subject_access_request_asks_who_they_are() -> None:
    answers = ME | {
        "when": {"known": "exact", "day": "2026-11-20", "is_old": False},
        "place": {"place": "marlow"},
        "which-place": {"typed": "marlow", "choice": "3", "borough": "Lambeth", "lat": 51.5},
    }
    assert asked(answers) == [
        "about-you-or-someone",
        "when",
        "time",
        "place",
        "which-place",
        "how-near",
        "what-happened",
        "references",
        "looks",
        "name",
        "date-of-birth",
        "email",
        "address",
        "phone",
        "proof",
        "delivery",
    ]


def test_a_representative_is_asked_who_they_are_too() -> None:
    assert "representative" in asked(ACTING)
    assert "representative" not in asked(ME)


def test_freedom_of_information_asks_no_identity() -> None:
    pages = asked(GENERAL | {"what-information": {"what": "information"}})
    assert pages == [
        "about-you-or-someone",
        "what-information",
        "what-happened",
        "name",
        "email",
        "phone",
        "delivery",
    ]
    video = asked(GENERAL | {"what-information": {"what": "video"}})
    assert {"when", "place", "references"} <= set(video)
    assert not {"date-of-birth", "looks", "proof"} & set(video)


def test_freedom_of_information_needs_one_address() -> None:
    assert "address" not in asked(GENERAL | {"email": {"email": "a@example.com"}})
    assert "address" in asked(GENERAL | {"email": {"email": ""}})
    assert "address" in asked(ME | {"email": {"email": "a@example.com"}})


@pytest.mark.parametrize("who", ["someone_else", "other_organisation"])
def test_two_answers_lead_to_an_end(who: str) -> None:
    answers = {"about-you-or-someone": {"who": who}}
    end = asked(answers)[-1]
    assert end in journey.ENDS
    assert journey.missing(answers | {end: {"is_read": True}}) == end


def test_a_day_that_is_not_known_has_no_time() -> None:
    answers = ME | {"when": {"known": "range", "is_old": False}}
    assert "time" not in asked(answers)


def test_old_video_and_another_forces_ground_are_told() -> None:
    when = {"when": {"known": "exact", "is_old": True}}
    city = {"which-place": {"typed": "", "choice": "4", "borough": "City of London", "lat": 51.5}}
    pages = asked(ME | when | city)
    assert "video-may-be-gone" in pages
    assert "another-force" in pages
    assert journey.other_force(ME | city) == "City of London Police"


def test_a_choice_for_another_text_is_asked_again() -> None:
    chosen = {"typed": "marlow", "choice": "3", "borough": "", "lat": 51.5}
    when = {"known": "range", "is_old": False}
    answers = ME | {"when": when, "place": {"place": "marlow"}, "which-place": chosen}
    assert journey.missing(answers) == "how-near"
    assert journey.missing(answers | {"place": {"place": "tanner"}}) == "which-place"


def test_nobody_jumps_ahead() -> None:
    assert not journey.is_reachable("delivery", ME)
    assert journey.is_reachable("when", ME)
    assert not journey.is_reachable("what-information", ME)


def test_answers_to_questions_no_longer_asked_are_left_out() -> None:
    answers = GENERAL | {"date-of-birth": {"born_on": "1990-03-01"}, "unheard-of": {}}
    assert set(journey.kept(answers)) == {"about-you-or-someone"}


@given(
    who=st.sampled_from(["me", "someone_i_act_for", "general", "both", "someone_else", "x", ""]),
    right=st.sampled_from(["parent", "solicitor", "died", ""]),
    age=st.sampled_from([8, 16, 40, None]),
    what=st.sampled_from(["video", "information", ""]),
    known=st.sampled_from(["exact", "range", ""]),
    choice=st.sampled_from(["describe", "3", ""]),
    borough=st.sampled_from(["", "City of London", "Lambeth"]),
    answered=st.sets(st.sampled_from([q.slug for q in journey.QUESTIONS])),
)
def test_forward_and_back_are_the_same_road(
    who: str,
    right: str,
    age: int | None,
    what: str,
    known: str,
    choice: str,
    borough: str,
    answered: set[str],
) -> None:
    answers: dict[str, dict[str, Any]] = {slug: {} for slug in answered} | {
        "about-you-or-someone": {"who": who},
        "by-what-right": {"right": right},
        "date-of-birth": {"age": age},
        "what-information": {"what": what},
        "when": {"known": known},
        "which-place": {"typed": "", "choice": choice, "borough": borough, "lat": None},
    }
    pages = asked(answers)
    assert pages[0] == "about-you-or-someone"
    for earlier, later in pairwise(pages):
        assert journey.before(later, answers) == earlier
    stop = journey.missing(answers)
    assert stop is None or stop in pages
    assert all(journey.applies(page, answers) for page in pages)


BORN_2010 = {"date-of-birth": {"born_on": "2010-03-01", "age": 16}}
BORN_1990 = {"date-of-birth": {"born_on": "1990-03-01", "age": 36}}


@pytest.mark.parametrize("right", Acting)
def test_who_acts_is_asked_by_what_right_first(right: Acting) -> None:
    answers = ACTING | {"by-what-right": {"right": right.value}}
    pages = asked(answers)
    assert pages[:2] == ["about-you-or-someone", "by-what-right"]
    assert pages.index("representative") < pages.index("proof")
    assert journey.acting(answers) is right
    assert journey.acting(ACTING) is None
    assert journey.acting(ME | {"by-what-right": {"right": right.value}}) is None


def test_the_right_of_the_living_is_not_for_those_who_died() -> None:
    answers = ACTING | {"by-what-right": {"right": journey.DIED}}
    pages = asked(answers)
    assert pages[:4] == [
        "about-you-or-someone",
        "by-what-right",
        "someone-who-died",
        "what-information",
    ]
    assert not {"date-of-birth", "looks", "proof", "representative"} & set(pages)
    # Whoever then says that it is about themselves is asked as anybody is.
    assert "someone-who-died" not in asked(ME | {"by-what-right": {"right": journey.DIED}})


def test_two_things_at_once_ask_both_and_prove_once() -> None:
    pages = asked({"about-you-or-someone": {"who": journey.BOTH}})
    assert {"when", "looks", "other-information", "date-of-birth", "proof"} <= set(pages)
    assert "what-information" not in pages
    assert "other-information" not in asked(ME)


@pytest.mark.parametrize(
    ("answers", "page"),
    [
        (ME | BORN_2010, "asking-on-your-own"),
        (ME | BORN_1990, None),
        (ME | {"date-of-birth": {"born_on": "2010-03-01"}}, None),
        (ME | {"date-of-birth": {"born_on": "2008-11-23", "age": 17}}, "asking-on-your-own"),
        (ME | {"date-of-birth": {"born_on": "2008-11-22", "age": 18}}, None),
        (ACTING | {"by-what-right": {"right": "parent"}} | BORN_2010, "sixteen-or-over"),
        (ACTING | {"by-what-right": {"right": "solicitor"}} | BORN_2010, None),
        (
            ACTING
            | {"by-what-right": {"right": "parent"}}
            | {"date-of-birth": {"born_on": "2011-03-01", "age": 15}},
            None,
        ),
    ],
)
def test_a_child_is_told_what_is_theirs(
    answers: dict[str, dict[str, Any]], page: str | None
) -> None:
    told = {"asking-on-your-own", "sixteen-or-over"} & set(asked(answers))
    assert told == ({page} if page else set())


BOROUGH = {
    "place": {"place": "lambeth"},
    "which-place": {"typed": "lambeth", "choice": "1", "borough": "Lambeth", "lat": None},
}
DESCRIBED = {
    "place": {"place": "by the pub"},
    "which-place": {"typed": "by the pub", "choice": "describe"},
    "which-borough": {"details": "", "borough": ""},
}
FRIDAY = {"known": "exact", "day": "2026-11-20", "is_old": False}


@pytest.mark.parametrize(
    ("answers", "is_asked"),
    [
        (BOROUGH | {"when": FRIDAY, "time": {"at": "", "sure": "unknown"}}, False),
        (
            BOROUGH
            | {"when": {"known": "range", "earliest": "2026-11-01", "latest": "2026-11-20"}},
            True,
        ),
        (DESCRIBED | {"when": FRIDAY, "time": {"at": "17:30", "sure": "60"}}, False),
        (DESCRIBED | {"when": FRIDAY, "time": {"at": "17:30", "sure": "120"}}, True),
        (DESCRIBED | {"when": FRIDAY, "time": {"at": "", "sure": "part", "part": "night"}}, True),
        (DESCRIBED | {"when": FRIDAY, "time": {"at": "", "sure": "unknown"}}, True),
        (DESCRIBED | {"when": FRIDAY}, False),
    ],
)
def test_whoever_asks_for_too_much_is_asked_for_more_and_may_go_on(
    answers: dict[str, dict[str, Any]], is_asked: bool
) -> None:
    pages = asked(ME | answers)
    assert ("too-much-video" in pages) is is_asked
    if is_asked:
        assert journey.missing(ME | answers) == "too-much-video"
        assert journey.missing(ME | answers | {"too-much-video": {"is_read": True}}) == (
            "what-happened"
        )


def test_the_small_hours_are_asked_which_night_they_are_of() -> None:
    at_one = {"when": FRIDAY, "time": {"at": "01:00", "sure": "30", "is_night": True}}
    assert asked(ME | at_one)[3] == "which-night"
    assert "which-night" not in asked(ME | at_one | {"time": {"at": "13:00", "sure": "30"}})
