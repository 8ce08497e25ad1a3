"""The order of the public's questions, and which of them a person is asked. Law: pure.

Answers are what the forms keep in a draft: slug to a mapping of plain values. A page that only
tells something (old video, another force's ground) is a question too: reading on answers it.
Two pages lead nowhere (`ENDS`): whoever stands there changes their first answer or leaves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.identity.authority import ADULT, ASKED_FIRST, Acting
from portal.requests import extent
from portal.requests.intake import AboutWhom, DeliveryFormat

Answers = extent.Answers
Rule = Callable[[Answers], bool]

BOTH = "both"
DIED = "died"
SOMEONE_ELSE = "someone_else"
OTHER_ORGANISATION = "other_organisation"
VIDEO = "video"
INFORMATION = "information"
EXACT = "exact"
RANGE = extent.RANGE
DESCRIBE = extent.DESCRIBE
UNKNOWN = extent.UNKNOWN
LATER = "later"
NOW = "now"

# Ground inside London that another force polices, and who that is.
OTHER_FORCES: Mapping[str, str] = {"City of London": "City of London Police"}

ENDS = frozenset({"someone-elses-video", "another-organisation"})


@dataclass(frozen=True)
class Question:
    """One page of the journey: where it stands at, whom it is asked, and when it is answered."""

    slug: str
    applies: Rule
    is_answered: Rule


def said(answers: Answers, slug: str, name: str) -> Any:
    """One value of one answer, or "" when it was not given."""
    return answers.get(slug, {}).get(name, "")


def is_foi(answers: Answers) -> bool:
    """Whether general information is asked for, or video of nobody who lives (FOIA s.1)."""
    return has_died(answers) or _whose(answers) == AboutWhom.GENERAL


def is_both(answers: Answers) -> bool:
    """Whether they ask for two things at once: one request then becomes two (rules 1.1)."""
    return _whose(answers) == BOTH


def has_died(answers: Answers) -> bool:
    """Whether the person in the video has died: the right to one's own data is a living person's
    (DPA 2018 s.3(2)), so that only the general right is left."""
    return _right(answers) == DIED


def is_for_another(answers: Answers) -> bool:
    """Whether somebody acts for the person in the video."""
    return _whose(answers) == AboutWhom.SOMEONE_I_ACT_FOR and not has_died(answers)


def acting(answers: Answers) -> Acting | None:
    """By what right they act for another, once they have said so."""
    right = _right(answers)
    return Acting(right) if right and is_for_another(answers) else None


def is_sar(answers: Answers) -> bool:
    """Whether video of a living person is asked for by them or for them (DPA 2018 s.45)."""
    return is_for_another(answers) or _whose(answers) in (AboutWhom.ME, BOTH)


def is_child_alone(answers: Answers) -> bool:
    """Whether a child asks for themselves. Nobody is refused for their age."""
    age = _age(answers)
    return is_sar(answers) and not is_for_another(answers) and age is not None and age < ADULT


def is_own_request_of_child(answers: Answers) -> bool:
    """Whether a parent asks for somebody old enough to ask themselves."""
    age = _age(answers)
    return acting(answers) is Acting.PARENT and age is not None and age >= ASKED_FIRST


def _whose(answers: Answers) -> str:
    return str(said(answers, "about-you-or-someone", "who"))


def _right(answers: Answers) -> str:
    is_asked = _whose(answers) == AboutWhom.SOMEONE_I_ACT_FOR
    return str(said(answers, "by-what-right", "right")) if is_asked else ""


def _age(answers: Answers) -> int | None:
    age = said(answers, "date-of-birth", "age")
    return age if isinstance(age, int) else None


def wants_video(answers: Answers) -> bool:
    """Whether there is a time and place to look at: figures and policies have none."""
    return is_sar(answers) or (
        is_foi(answers) and said(answers, "what-information", "what") == VIDEO
    )


def may_download_video(answers: Answers) -> bool:
    """Whether they will open video of a person over a link: it then takes more than a code.
    What FOIA discloses goes to everybody, and is no secret."""
    return is_sar(answers) and said(answers, "delivery", "delivery") == DeliveryFormat.DOWNLOAD


def is_asking(answers: Answers) -> bool:
    """Whether this portal can take the request at all."""
    return is_sar(answers) or is_foi(answers)


def other_force(answers: Answers) -> str | None:
    """The force that polices the place they named, when it is not ours."""
    borough = said(answers, "which-place", "borough")
    if is_described(answers):
        borough = said(answers, "which-borough", "borough")
    return OTHER_FORCES.get(borough)


def is_described(answers: Answers) -> bool:
    """Whether they describe the place, because the list did not have it."""
    return bool(wants_video(answers) and said(answers, "which-place", "choice") == DESCRIBE)


def _is_point(answers: Answers) -> bool:
    chosen = answers.get("which-place", {})
    return bool(wants_video(answers) and chosen.get("choice") and chosen.get("lat") is not None)


def _is_place_chosen(answers: Answers) -> bool:
    # A choice made for another text is no answer to this one.
    chosen = answers.get("which-place")
    return chosen is not None and chosen.get("typed") == said(answers, "place", "place")


def _is_exact(answers: Answers) -> bool:
    return wants_video(answers) and said(answers, "when", "known") == EXACT


def _is_small_hours(answers: Answers) -> bool:
    return _is_exact(answers) and said(answers, "time", "is_night") is True


def _is_too_wide(answers: Answers) -> bool:
    return wants_video(answers) and extent.is_too_wide(answers)


def _is_old(answers: Answers) -> bool:
    return wants_video(answers) and said(answers, "when", "is_old") is True


def _question(slug: str, applies: Rule, is_answered: Rule | None = None) -> Question:
    return Question(slug, applies, is_answered or (lambda answers: slug in answers))


def _is_about(who: str) -> Rule:
    return lambda answers: bool(said(answers, "about-you-or-someone", "who") == who)


QUESTIONS: tuple[Question, ...] = (
    _question("about-you-or-someone", lambda answers: True),
    _question("someone-elses-video", _is_about(SOMEONE_ELSE), lambda answers: False),
    _question("another-organisation", _is_about(OTHER_ORGANISATION), lambda answers: False),
    _question("by-what-right", _is_about(AboutWhom.SOMEONE_I_ACT_FOR)),
    _question("someone-who-died", has_died),
    _question("what-information", is_foi),
    _question("when", wants_video),
    _question("video-may-be-gone", _is_old),
    _question("time", _is_exact),
    _question("which-night", _is_small_hours),
    _question("place", wants_video),
    _question("which-place", wants_video, _is_place_chosen),
    _question("how-near", _is_point),
    _question("which-borough", is_described),
    _question("another-force", lambda answers: other_force(answers) is not None),
    _question("too-much-video", _is_too_wide),
    _question("what-happened", is_asking),
    _question("references", wants_video),
    _question("looks", is_sar),
    _question("other-information", is_both),
    _question("name", is_asking),
    _question("date-of-birth", is_sar),
    _question("asking-on-your-own", is_child_alone),
    _question("sixteen-or-over", is_own_request_of_child),
    _question("email", is_asking),
    # FOIA s.8(1)(b): a name and one address for correspondence are enough; e-mail is one.
    _question("address", lambda answers: is_sar(answers) or _has_no_email(answers)),
    _question("phone", is_asking),
    _question("representative", is_for_another),
    _question("proof", is_sar),
    _question("delivery", is_asking),
    _question("passphrase", may_download_video),
)
_PLACES = {question.slug: number for number, question in enumerate(QUESTIONS)}


def _has_no_email(answers: Answers) -> bool:
    return is_foi(answers) and "email" in answers and not said(answers, "email", "email")


def is_question(slug: str) -> bool:
    """Whether there is such a page at all."""
    return slug in _PLACES


def applies(slug: str, answers: Answers) -> bool:
    """Whether a person with these answers is asked this."""
    return QUESTIONS[_PLACES[slug]].applies(answers)


def first(answers: Answers) -> str:
    """The page the journey begins with."""
    return next(question.slug for question in QUESTIONS if question.applies(answers))


def after(slug: str, answers: Answers) -> str | None:
    """The next page, or None when it is time to check the answers (or there is no way on)."""
    rest = QUESTIONS[_PLACES[slug] + 1 :]
    return next((question.slug for question in rest if question.applies(answers)), None)


def before(slug: str, answers: Answers) -> str | None:
    """The page before, or None before the first."""
    earlier = reversed(QUESTIONS[: _PLACES[slug]])
    return next((question.slug for question in earlier if question.applies(answers)), None)


def missing(answers: Answers) -> str | None:
    """The first page without an answer, or None when the request can be sent."""
    return next(
        (q.slug for q in QUESTIONS if q.applies(answers) and not q.is_answered(answers)), None
    )


def is_reachable(slug: str, answers: Answers) -> bool:
    """Whether they may stand on this page now: it applies, and nothing before it is open."""
    stop = missing(answers)
    return applies(slug, answers) and (stop is None or _PLACES[slug] <= _PLACES[stop])


def kept(answers: Answers) -> dict[str, Mapping[str, Any]]:
    """The answers that still count: those to questions that are no longer asked stay out."""
    return {
        slug: answer
        for slug, answer in answers.items()
        if is_question(slug) and applies(slug, answers)
    }
