"""The answers as lines for the person to check before they send them. Law: pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from portal.dates import day_in_words
from portal.identity.authority import Acting
from portal.requests.answers import place_in_words, time_in_their_words, window_in_words
from portal.requests.intake import AboutWhom, DeliveryFormat, Occasion
from portal.requests.journey import (
    BOTH,
    DIED,
    NOW,
    VIDEO,
    Answers,
    applies,
    is_foi,
    is_for_another,
    said,
)


@dataclass(frozen=True)
class Line:
    """One answer. `question` is the page that changes it; `values` may be empty."""

    question: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Card:
    """Answers that belong together."""

    title: str
    lines: tuple[Line, ...]


ABOUT = {
    AboutWhom.ME.value: "Video of you",
    AboutWhom.SOMEONE_I_ACT_FOR.value: "Video of someone you act for",
    AboutWhom.GENERAL.value: "General information, or video that is not of you",
    BOTH: "Video of you, and general information",
}
RIGHTS = {
    Acting.SOLICITOR.value: "You are their solicitor or lawyer",
    Acting.FAMILY_OR_FRIEND.value: "You are their friend or relative",
    Acting.PARENT.value: "You are their parent or guardian",
    Acting.ATTORNEY.value: "You have power of attorney, or a court order",
    Acting.OTHER.value: "Something else",
    DIED: "They have died",
}
OCCASION = {
    Occasion.STOP_AND_SEARCH: "A stop or search",
    Occasion.ARREST: "An arrest",
    Occasion.TRAFFIC: "A traffic stop or a crash",
    Occasion.WELFARE: "Police came to help or to check on someone",
    Occasion.CROWD: "A crowd, a protest or an event",
    Occasion.WITNESS: "You saw something happen",
    Occasion.OTHER: "Something else",
}
DELIVERY = {
    DeliveryFormat.DOWNLOAD: "Download from this website",
    DeliveryFormat.POST: "By post",
    DeliveryFormat.VIEWING: "Watch it at a police station",
}
METRES = {
    "50": "Within 50 metres",
    "150": "Within 150 metres",
    "500": "Within 500 metres",
    "1000": "Within 1 kilometre",
}
REFERENCES = {
    "shoulder_number": "Officer’s shoulder number",
    "incident_reference": "Incident or CAD number",
    "crime_reference": "Crime reference number",
    "custody_number": "Custody number",
    "vehicle": "Vehicle",
}


def cards(answers: Answers) -> list[Card]:
    """Everything they answered, in the order they were asked. Answers must be complete."""
    return [
        Card(title, lines)
        for title, questions in _cards(answers)
        if (lines := tuple(line for slug in questions for line in _lines(slug, answers)))
    ]


def _cards(answers: Answers) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield (
        "What you are asking for",
        (
            "about-you-or-someone",
            "by-what-right",
            "what-information",
            "other-information",
        ),
    )
    yield "When and where", ("when", "time", "place", "how-near", "which-borough")
    yield "What happened", ("what-happened", "references", "looks")
    person = "The person you act for" if is_for_another(answers) else "About you"
    yield person, ("name", "date-of-birth")
    yield "How we reach you", ("email", "address", "phone", "representative")
    yield "How we answer", ("proof", "delivery", "passphrase")


def _lines(slug: str, answers: Answers) -> tuple[Line, ...]:
    if not applies(slug, answers):
        return ()
    return tuple(Line(slug, key, values) for key, values in _READ[slug](answers))


Pairs = list[tuple[str, tuple[str, ...]]]


def _text(value: str) -> tuple[str, ...]:
    return tuple(value.splitlines()) if value else ()


def _about(answers: Answers) -> Pairs:
    return [("You want", (ABOUT[answers["about-you-or-someone"]["who"]],))]


def _by_what_right(answers: Answers) -> Pairs:
    return [("Why you ask for them", (RIGHTS[answers["by-what-right"]["right"]],))]


def _other_information(answers: Answers) -> Pairs:
    return [("What else you want to know", _text(answers["other-information"]["text"]))]


def _what_information(answers: Answers) -> Pairs:
    is_video = answers["what-information"]["what"] == VIDEO
    return [("About", ("Video from one time and place" if is_video else "Other information",))]


def _when(answers: Answers) -> Pairs:
    return [("We will look", (window_in_words(answers),))]


def _time(answers: Answers) -> Pairs:
    return [("Time", (time_in_their_words(answers),))]


def _place(answers: Answers) -> Pairs:
    return [("Place", _text(place_in_words(answers)))]


def _how_near(answers: Answers) -> Pairs:
    return [("How near", (METRES[answers["how-near"]["metres"]],))]


def _which_borough(answers: Answers) -> Pairs:
    return [("Borough", (said(answers, "which-borough", "borough") or "Not sure",))]


def _what_happened(answers: Answers) -> Pairs:
    happened = answers["what-happened"]
    if is_foi(answers):
        return [("What you want to know", _text(happened["text"]))]
    occasion = OCCASION[Occasion(happened["occasion"])]
    return [("What happened", (occasion,)), ("More about it", _text(happened["text"]))]


def _references(answers: Answers) -> Pairs:
    given = answers["references"]
    named = [(key, _text(given[name])) for name, key in REFERENCES.items() if given[name]]
    return named or [("Reference numbers", ())]


def _looks(answers: Answers) -> Pairs:
    looks = answers["looks"]
    given = tuple(looks[name] for name in ("clothes", "hair", "bag") if looks[name])
    whose = "they" if is_for_another(answers) else "you"
    return [(f"What {whose} looked like", given)]


def _name(answers: Answers) -> Pairs:
    return [("Full name", (answers["name"]["name"],))]


def _birth(answers: Answers) -> Pairs:
    born = date.fromisoformat(answers["date-of-birth"]["born_on"])
    return [("Date of birth", (day_in_words(born),))]


def _email(answers: Answers) -> Pairs:
    return [("E-mail", (answers["email"]["email"] or "None",))]


def _address(answers: Answers) -> Pairs:
    return [("Address", _text(answers["address"]["address"]))]


def _phone(answers: Answers) -> Pairs:
    return [("Phone", _text(answers["phone"]["phone"]))]


def _representative(answers: Answers) -> Pairs:
    acting = answers["representative"]
    parts = (acting.get(name, "") for name in _ACTING)
    return [("You", tuple(part for part in parts if part))]


_ACTING = ("name", "relationship", "organisation", "organisation_number")


def _proof(answers: Answers) -> Pairs:
    return [("Proof of who you are", ("Now" if answers["proof"]["when"] == NOW else "Later",))]


def _delivery(answers: Answers) -> Pairs:
    wishes = answers["delivery"]
    return [
        ("How we send it", (DELIVERY[DeliveryFormat(wishes["delivery"])],)),
        ("Safe way to contact you", _text(wishes["safe_contact"])),
        ("Language", _text(wishes["language"])),
        ("Help you need", _text(wishes["adjustments"])),
    ]


def _passphrase(answers: Answers) -> Pairs:
    return [("Passphrase", ("You have chosen one. We cannot show it",))]


_READ: dict[str, Callable[[Answers], Pairs]] = {
    "about-you-or-someone": _about,
    "by-what-right": _by_what_right,
    "what-information": _what_information,
    "other-information": _other_information,
    "when": _when,
    "time": _time,
    "place": _place,
    "how-near": _how_near,
    "which-borough": _which_borough,
    "what-happened": _what_happened,
    "references": _references,
    "looks": _looks,
    "name": _name,
    "date-of-birth": _birth,
    "email": _email,
    "address": _address,
    "phone": _phone,
    "representative": _representative,
    "proof": _proof,
    "delivery": _delivery,
    "passphrase": _passphrase,
}
