"""Part 3 of the Data Protection Act 2018: what may limit the right to one's own footage when we
hold it for law enforcement (rules 4.2). Law: data."""

from portal.disclosure.exemptions.grounds import FOR_NOW, Exemption
from portal.disclosure.exemptions.questions import (
    CERTIFICATE,
    CONSENT,
    NOT_WAIVED,
    PRIVILEGE,
    REASONABLE,
    WITHOUT_OTHERS,
    Question,
)
from portal.requests.endings import Ending

HOW_LONG = Question(
    "how_long",
    "For how long?",
    choices=(
        (FOR_NOW, "For now: we look again every 90 days"),
        ("for_good", "For good: the reason does not pass"),
    ),
)
# s.45(4): "to the extent that and for so long as … necessary and proportionate".
_LIMITS = (
    Question("necessary", "Why is it necessary?", hint="The risk must be real."),
    Question("proportionate", "Why is it proportionate to what they lose?"),
    Question("extent", "How much must be held back: all of it, or which part?"),
    HOW_LONG,
    Question(
        "less_intrusive",
        "Why would something less not be enough?",
        hint="Hiding people, giving a part, or showing it in person.",
    ),
)
_NEITHER = "s.45(6)"

UNFOUNDED = (
    Question(
        "finding",
        "Which is it?",
        choices=(("unfounded", "Manifestly unfounded"), ("excessive", "Manifestly excessive")),
    ),
    Question(
        "burden",
        "What shows it? The burden of proof is ours.",
        hint="What was asked before, what was given, and when.",
    ),
)


def _limb(letter: str, plain: str, questions: tuple[Question, ...]) -> Exemption:
    return Exemption(
        f"P3-45-4-{letter}",
        f"Data Protection Act 2018 s.45(4)({letter})",
        plain,
        questions,
        confirm_or_deny=_NEITHER,
    )


PART3 = (
    _limb(
        "a",
        "to avoid obstructing an official or legal inquiry, investigation or procedure",
        _LIMITS,
    ),
    _limb(
        "b",
        "to avoid harming the prevention, detection, investigation or prosecution of crime",
        _LIMITS,
    ),
    _limb("c", "to protect public security", _LIMITS),
    _limb("d", "to protect national security", (*_LIMITS, CERTIFICATE)),
    _limb(
        "e",
        "to protect the rights and freedoms of other people",
        (WITHOUT_OTHERS, CONSENT, REASONABLE, HOW_LONG),
    ),
    Exemption(
        "P3-45A",
        "Data Protection Act 2018 s.45A",
        "because it is what a person and their lawyer said to each other",
        (PRIVILEGE, NOT_WAIVED),
    ),
    # Court-made material only, never the recording itself: so it answers a request, not a line.
    Exemption(
        "P3-43-3",
        "Data Protection Act 2018 s.43(3)",
        "because it is in a document that a court made in criminal proceedings",
        (
            Question("document", "Which document is it, and which court made it?"),
            Question("only_court", "How do you know that nothing else of theirs was asked for?"),
        ),
        is_for_recordings=False,
        ends=Ending.REFUSED,
    ),
    Exemption(
        "P3-53",
        "Data Protection Act 2018 s.53",
        "because the request is manifestly unfounded or excessive",
        UNFOUNDED,
        is_for_recordings=False,
        ends=Ending.UNFOUNDED_OR_EXCESSIVE,
    ),
)
