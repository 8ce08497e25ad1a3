"""From a draft's answers to an `Intake`: what was said becomes a window in UTC, a place and a
person. Law: pure. Answers are complete when `journey.missing` says None; ask that first."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from portal.dates import day_in_words, in_london, time_in_words, weekday_in_words
from portal.identity.authority import Acting
from portal.requests.extent import PART, PARTS_IN_WORDS, Window, ground_of, window_of
from portal.requests.intake import (
    AboutWhom,
    ApplicantDetails,
    DeliveryFormat,
    Intake,
    Occasion,
    RepresentativeDetails,
    Sighting,
    Wishes,
)
from portal.requests.journey import (
    RANGE,
    UNKNOWN,
    Answers,
    acting,
    has_died,
    is_both,
    is_described,
    is_foi,
    is_for_another,
    is_sar,
    said,
    wants_video,
)

# An FOI request for figures or a policy has no moment to look at. No recording can lie in this
# second, so that nobody's video is kept for a question that is not about video.
NO_MOMENT: Window = (
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
)


def is_about_video(earliest_at: datetime) -> bool:
    """Whether a sighting that begins then is one at all: figures and policies have none."""
    return earliest_at != NO_MOMENT[0]


def window(answers: Answers) -> Window:
    """When to look, in UTC; information that is about no moment has none."""
    if not wants_video(answers):
        return NO_MOMENT
    return window_of(answers)


def window_in_words(answers: Answers) -> str:
    """When we will look, for the person to check: "from 5pm to 6pm on Friday 27 March 2026"."""
    when = answers["when"]
    if when["known"] == RANGE:
        first, last = (date.fromisoformat(when[name]) for name in ("earliest", "latest"))
        return f"from {day_in_words(first)} to {day_in_words(last)}"
    if said(answers, "time", "sure") in ("", UNKNOWN):
        return f"at any time on {weekday_in_words(date.fromisoformat(when['day']))}"
    since, until = window(answers)
    first, last = in_london(since).date(), in_london(until).date()
    if first == last:
        return f"from {time_in_words(since)} to {time_in_words(until)} on {weekday_in_words(first)}"
    return (
        f"from {time_in_words(since)} on {weekday_in_words(first)} "
        f"to {time_in_words(until)} on {weekday_in_words(last)}"
    )


def time_in_their_words(answers: Answers) -> str:
    """What they said about the time, such as "5:30pm, give or take 30 minutes"."""
    if not wants_video(answers):
        return "Not about one time"
    sure = said(answers, "time", "sure")
    if sure in ("", UNKNOWN):
        return "Time not known"
    if sure == PART:
        return PARTS_IN_WORDS[said(answers, "time", "part")]
    at = time.fromisoformat(answers["time"]["at"])
    # Any day will do to put a time of day in words; in January London keeps UTC.
    spoken = time_in_words(datetime.combine(date(2026, 1, 1), at, UTC))
    return f"{spoken}, give or take {sure_in_words(sure)}"


def sure_in_words(minutes: str) -> str:
    """How sure they are: "30 minutes", "1 hour"."""
    return {"60": "1 hour", "120": "2 hours"}.get(minutes, f"{minutes} minutes")


def place_in_words(answers: Answers) -> str:
    """The place as it goes on the request: the one they chose, or their own description."""
    if not wants_video(answers):
        return ""
    chosen = answers["which-place"]
    if is_described(answers):
        parts = [said(answers, "place", "place"), said(answers, "which-borough", "details")]
        return "\n".join(part for part in parts if part)
    names = [chosen["name"], chosen["borough"]]
    return ", ".join(dict.fromkeys(name for name in names if name))


def to_intake(answers: Answers) -> Intake:
    """The whole ask, as `receive` takes it. KeyError when something required is missing."""
    return Intake(
        about=_about(answers),
        applicant=_applicant(answers),
        sighting=_sighting(answers),
        wishes=_wishes(answers),
        representative=_representative(answers) if is_for_another(answers) else None,
        passphrase_hash=said(answers, "passphrase", "hash"),
    )


def to_other_intake(answers: Answers) -> Intake | None:
    """The second ask of somebody who asked for two things: general information, under its own law.

    It takes along no more than that law asks for: a name and one address (FOIA s.8).
    """
    if not is_both(answers):
        return None
    person = _applicant(answers)
    return Intake(
        about=AboutWhom.GENERAL,
        applicant=ApplicantDetails(
            person.name, person.email, person.phone, "" if person.email else person.address
        ),
        sighting=no_sighting(answers["other-information"]["text"]),
        wishes=_readable(_wishes(answers)),
    )


def no_sighting(asked: str) -> Sighting:
    """General information that is about no moment: what is asked for, in their words."""
    since, until = NO_MOMENT
    return Sighting(since, until, "Not about one time", place="", what_happened=asked)


def _readable(wishes: Wishes) -> Wishes:
    """Figures and policies are read: there is nothing to watch at a station."""
    is_viewing = wishes.delivery is DeliveryFormat.VIEWING
    return replace(wishes, delivery=DeliveryFormat.POST) if is_viewing else wishes


def _about(answers: Answers) -> AboutWhom:
    if has_died(answers):
        return AboutWhom.GENERAL
    return AboutWhom.ME if is_both(answers) else AboutWhom(answers["about-you-or-someone"]["who"])


def _applicant(answers: Answers) -> ApplicantDetails:
    born = said(answers, "date-of-birth", "born_on") if is_sar(answers) else ""
    return ApplicantDetails(
        name=answers["name"]["name"],
        email=answers["email"]["email"],
        phone=said(answers, "phone", "phone"),
        address=said(answers, "address", "address"),
        date_of_birth=date.fromisoformat(born) if born else None,
    )


def _representative(answers: Answers) -> RepresentativeDetails:
    told, right = answers["representative"], acting(answers) or Acting.OTHER
    return RepresentativeDetails(
        told["name"],
        told.get("relationship") or right.label,
        told.get("organisation", ""),
        right,
        told.get("organisation_number", ""),
    )


def _wishes(answers: Answers) -> Wishes:
    wishes = answers["delivery"]
    return Wishes(
        delivery=DeliveryFormat(wishes["delivery"]),
        safe_contact=wishes["safe_contact"],
        language=wishes["language"],
        adjustments=wishes["adjustments"],
    )


def _sighting(answers: Answers) -> Sighting:
    since, until = window(answers)
    happened = answers["what-happened"]
    return Sighting(
        earliest_at=since,
        latest_at=until,
        said_time=time_in_their_words(answers),
        place=place_in_words(answers),
        **_ground(answers),
        occasion=Occasion.OTHER if is_foi(answers) else Occasion(happened["occasion"]),
        what_happened=happened["text"],
        **(answers["references"] if wants_video(answers) else {}),
        appearance=_appearance(answers),
    )


def _ground(answers: Answers) -> dict[str, Any]:
    if not wants_video(answers):
        return {}
    return ground_of(answers)


def _appearance(answers: Answers) -> str:
    """What they looked like, one line each for clothes, hair and bag."""
    if not is_sar(answers):
        return ""
    looks = answers["looks"]
    lines = [(name.capitalize(), looks[name]) for name in ("clothes", "hair", "bag")]
    return "\n".join(f"{name}: {text}" for name, text in lines if text)
