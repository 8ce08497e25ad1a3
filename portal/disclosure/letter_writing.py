"""What a decision letter says: from the facts of a decision to the letter's fields. Law: pure.

Every sentence here is told to the applicant, so nothing may come from a line that is held at
level L3, and an answer that neither confirms nor denies takes nothing from any recording.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from portal.dates import london_day
from portal.disclosure.exemptions import (
    COST,
    HOLD_GROUND,
    Exemption,
    Line,
    Outcome,
    PublicInterest,
    Whole,
    exemption,
    is_weighed,
    told,
    told_answers,
)
from portal.disclosure.exemptions.cost import estimate_of
from portal.disclosure.letter_choice import letter_for
from portal.holds.policy import Level, next_review_on, strictest
from portal.letters.kinds import ClipLine, LetterKind
from portal.requests.answers import is_about_video
from portal.requests.endings import Ending
from portal.requests.letter_fields import request_summary
from portal.requests.lifecycle import Regime


@dataclass(frozen=True)
class LetterFacts:
    """All that a letter is written from. `force` holds the words that are the force's own, by
    field name; `clips` are the copies that go out. `searched` and `last_searched` are what the
    records of the searches say, in words (see `recordings.searched`)."""

    reference: str
    regime: Regime
    applicant_name: str
    place: str
    said_time: str
    earliest_at: datetime
    latest_at: datetime
    what_happened: str
    shoulder_number: str
    crime_reference: str
    answer: Ending
    lines: tuple[Line, ...]
    interest: PublicInterest
    note_to_applicant: str
    decided_by: str
    dated_on: date
    expires_on: date
    clips: tuple[ClipLine, ...]
    force: Mapping[str, str]
    retention_days: int
    book_head: str = ""
    representative_name: str = ""
    whole: Whole | None = None
    searched: tuple[str, ...] = ()
    last_searched: tuple[str, ...] = ()


Fields = dict[str, Any]


def letter_of(facts: LetterFacts) -> tuple[LetterKind, Fields]:
    """The kind of letter, and every field it needs."""
    kind = letter_for(facts.regime, facts.answer, facts.lines)
    return kind, {**_common(facts), **_WRITERS[kind](facts)}


def _common(facts: LetterFacts) -> Fields:
    return {
        **facts.force,
        "reference": facts.reference,
        "dated_on": facts.dated_on,
        "applicant_name": facts.applicant_name,
        "request_summary": _asked(facts) or facts.reference,
        "representative_name": facts.representative_name or None,
        "regime": facts.regime.value,
        "decided_by": facts.decided_by,
        "book_head": facts.book_head or None,
    }


def _asked(facts: LetterFacts) -> str:
    return request_summary(
        facts.earliest_at, facts.latest_at, facts.said_time, facts.place, facts.what_happened
    )


def _disclosure(facts: LetterFacts) -> Fields:
    also = [facts.note_to_applicant] if facts.note_to_applicant else []
    return {**_copies(facts), "also_told": also or None}


def _restriction(facts: LetterFacts) -> Fields:
    """DPA 2018 s.45(5). At L2 the reasons are left out under s.45(6)(a)."""
    limited = _limited(facts)
    level = strictest([Level.OPEN, *(line.level or Level.OPEN for line in limited)])
    because = _because(facts, limited)
    fields: Fields = {
        "level": level.value,
        "because": because,
        "still_provided": _still_provided(facts),
        **_review(facts),
        **_copies(facts),
    }
    if level is Level.OPEN:
        fields["limbs"] = [each.code[-1] for each in _grounds(facts) if _LIMB in each.code] or None
        fields["reasons"] = _own_reasons(facts)
        fields["case_reference"] = facts.crime_reference if because == "open_case" else None
    return fields


_LIMB = "P3-45-4-"
# Of what is held for safeguarding or for national security it would not be true that it is
# evidence in an open case.
_OF_A_CASE = (f"{_LIMB}a", f"{_LIMB}b")


def _because(facts: LetterFacts, limited: list[Line]) -> str:
    if facts.whole is not None:
        return "court_document"
    is_case = any(line.outcome is Outcome.HELD and line.ground in _OF_A_CASE for line in limited)
    return "open_case" if is_case else "other"


def _limited(facts: LetterFacts) -> list[Line]:
    """The recordings that they are told are held back."""
    return [line for line in told(facts.lines) if line.outcome is not Outcome.RELEASE]


def _ncnd(facts: LetterFacts) -> Fields:
    """Of what was asked it says only whether it was video; of what was found, nothing at all."""
    asked = {} if is_about_video(facts.earliest_at) else {"asked_for_information": "yes"}
    if facts.regime is not Regime.FOI:
        return asked
    code = facts.whole.ground if facts.whole else HOLD_GROUND[facts.regime]
    section = exemption(facts.regime, code).confirm_or_deny
    return {**asked, "exemption_section": f"Freedom of Information Act 2000 {section}"}


def _refusal_gdpr(facts: LetterFacts) -> Fields:
    return {
        "reasons": _reasons(facts),
        "exemption_paragraph": _statutes(facts),
        "still_provided": _still_provided(facts) if facts.clips else None,
        **_review(facts),
        **_copies(facts),
    }


def _unfounded(facts: LetterFacts) -> Fields:
    """DPA 2018 s.53; UK GDPR Art 12(5). The burden of showing it is ours."""
    return {"finding": _answers(facts).get("finding"), "reasons": _note(facts)}


def _lpp(facts: LetterFacts) -> Fields:
    """DPA 2018 s.45A(2): its own notice."""
    return {
        "reasons": _reasons(facts),
        "still_provided": _still_provided(facts),
        **_copies(facts),
    }


_LIMITS = {COST: "cost", "FOI-14-1": "vexatious", "FOI-14-2": "repeated"}


def _foi_refusal(facts: LetterFacts) -> Fields:
    """FOIA s.17."""
    limit = _LIMITS.get(facts.whole.ground) if facts.whole else None
    if limit is None:
        return _foi_exemption(facts)
    answers = _answers(facts)
    fields = {"ground": limit, "holding": answers.get("holding"), "reasons": _note(facts)}
    if limit != "cost":
        return fields
    return {
        **fields,
        "cost_estimate": estimate_of(answers).in_words(),
        "narrow_how": answers.get("help"),
    }


def _foi_exemption(facts: LetterFacts) -> Fields:
    is_qualified = _is_weighed(facts)
    weighed = {
        "interest_for": facts.interest.speaks_for,
        "interest_against": facts.interest.speaks_against,
        "interest_conclusion": facts.interest.conclusion,
    }
    return {
        "ground": "exemption",
        "holding": "held",
        "exemption_section": _statutes(facts),
        "reasons": _reasons(facts),
        "qualified": "yes" if is_qualified else "no",
        **(weighed if is_qualified else {}),
        **_review(facts),
    }


def _not_held(facts: LetterFacts) -> Fields:
    if not is_about_video(facts.earliest_at):
        return {
            "searched_systems": "The records in which we would keep it",
            "asked_for_information": "yes",
            "also_told": _note(facts) or None,
        }
    ended_on = london_day(facts.latest_at)
    return {
        "searched_systems": "Our catalogue of video from officers’ cameras, and our evidence store",
        "searched_window": list(facts.searched),
        "last_searched": list(facts.last_searched),
        "searched_officers": _searched_officers(facts),
        "retention_days": facts.retention_days,
        "deleted_on": ended_on + timedelta(days=facts.retention_days),
    }


def _disclosure_foi(facts: LetterFacts) -> Fields:
    if not is_about_video(facts.earliest_at):
        return {
            "information": _paragraphs(facts.note_to_applicant),
            "format": "In this letter",
        }
    refused = _limited(facts)
    told_of = [f"{_counted(len(facts.clips), 'video')} from officers’ cameras."]
    fields: Fields = {
        "information": [*told_of, *_note(facts)],
        "format": "Video files, as our cameras recorded them",
        "redactions": NOTHING_HIDDEN,
        "clips": list(facts.clips),
        "collect_how": COLLECT_HOW,
        "expires_on": facts.expires_on,
    }
    if refused:
        fields["refused_part"] = f"We do not release {_counted(len(refused), 'video')}."
        fields["exemption_section"] = _statutes(facts)
        fields["reasons"] = [*_ground_reasons(facts), *_weighing(facts)]
    return {**fields, **_review(facts)}


def _copies(facts: LetterFacts) -> Fields:
    """The part that goes out: what DPA 2018 s.45(2) and UK GDPR Art 15 promise beside it."""
    if not facts.clips:
        return {}
    about = ABOUT_GDPR if facts.regime is Regime.SAR_GDPR else {}
    return {
        "clips": list(facts.clips),
        "redactions": NOTHING_HIDDEN,
        "collect_how": COLLECT_HOW,
        "expires_on": facts.expires_on,
        **about,
    }


def _review(facts: LetterFacts) -> Fields:
    """The promise to look again, where they know of something that is held back for now (rules,
    section 5, rule 5)."""
    is_for_now = any(line.is_for_now for line in told(facts.lines))
    return {"review_on": next_review_on(facts.dated_on)} if is_for_now else {}


def _grounds(facts: LetterFacts) -> list[Exemption]:
    """The grounds the applicant may know of, each once, in the order of the lines."""
    whole = [facts.whole.ground] if facts.whole else []
    codes = dict.fromkeys([*whole, *(line.ground for line in told(facts.lines) if line.ground)])
    return [exemption(facts.regime, code) for code in codes]


def _statutes(facts: LetterFacts) -> str:
    return "; ".join(ground.statute for ground in _grounds(facts))


def _ground_reasons(facts: LetterFacts, grounds: list[Exemption] | None = None) -> list[str]:
    """Why, in the words of each ground, with what its test says to the applicant."""
    what = "this" if facts.whole else "video"
    reasons = []
    for ground in _grounds(facts) if grounds is None else grounds:
        reasons.append(f"We hold {what} back {ground.plain}.")
        for answers in _answers_to(facts, ground):
            reasons += told_answers(ground.questions, answers)
    return list(dict.fromkeys(reasons))


def _answers_to(facts: LetterFacts, ground: Exemption) -> list[Mapping[str, str]]:
    whole = [facts.whole.answers] if facts.whole else []
    return [*whole, *(line.answers for line in told(facts.lines) if line.ground == ground.code)]


def _answers(facts: LetterFacts) -> Mapping[str, str]:
    return facts.whole.answers if facts.whole else {}


def _is_weighed(facts: LetterFacts) -> bool:
    return is_weighed(facts.regime, told(facts.lines), facts.whole)


def _reasons(facts: LetterFacts) -> list[str]:
    return [*_ground_reasons(facts), *_note(facts)]


def _own_reasons(facts: LetterFacts) -> list[str]:
    """A restriction's reasons: the letter names each part of s.45(4) already, so that only what
    was written for this case is said beside it, and the part again where nothing was."""
    others = [each for each in _grounds(facts) if _LIMB not in each.code]
    return [*_ground_reasons(facts, others), *_note(facts)] or _ground_reasons(facts)


def _note(facts: LetterFacts) -> list[str]:
    return [facts.note_to_applicant] if facts.note_to_applicant else []


def _weighing(facts: LetterFacts) -> list[str]:
    weighed = facts.interest
    if not weighed.is_whole or not _is_weighed(facts):
        return []
    return [
        f"What speaks for releasing it: {weighed.speaks_for}",
        f"What speaks against: {weighed.speaks_against}",
        f"Which weighs more: {weighed.conclusion}",
    ]


def _still_provided(facts: LetterFacts) -> str:
    if facts.whole:
        return "There is nothing else in your request that we could give you."
    if not facts.clips:
        return "There is no video that we can give you now."
    return f"You can have {_counted(len(facts.clips), 'video')}. They are listed below."


def _searched_officers(facts: LetterFacts) -> str:
    everyone = "All officers who wore a camera there at that time"
    return f"{everyone}, and officer {facts.shoulder_number}" if facts.shoulder_number else everyone


def _paragraphs(text: str) -> list[str]:
    """A long answer as its paragraphs."""
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


NOTHING_HIDDEN = "Nothing is hidden on these copies."
COLLECT_HOW = (
    "Open the link in our e-mail. We send a code to the address you gave us. Type the code, and "
    "you can play the video or save it."
)
# Under the UK GDPR the purpose differs from request to request; these are the usual ones.
ABOUT_GDPR: Mapping[str, str] = {
    "purposes": (
        "We keep this video to look into complaints and how officers behaved, to deal with legal "
        "claims, or to train officers."
    ),
    "legal_basis": (
        "UK GDPR Article 6(1)(e): it is part of our public task. Where video shows sensitive "
        "things, such as health, we also rely on Schedule 1 to the Data Protection Act 2018."
    ),
}

_WRITERS = {
    LetterKind.DISCLOSURE: _disclosure,
    LetterKind.DISCLOSURE_FOI: _disclosure_foi,
    LetterKind.RESTRICTION: _restriction,
    LetterKind.NCND: _ncnd,
    LetterKind.REFUSAL_GDPR: _refusal_gdpr,
    LetterKind.UNFOUNDED: _unfounded,
    LetterKind.LPP: _lpp,
    LetterKind.FOI_REFUSAL: _foi_refusal,
    LetterKind.NOT_HELD: _not_held,
}
