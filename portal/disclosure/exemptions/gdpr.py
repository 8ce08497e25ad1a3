"""The UK GDPR regime: the exemptions of Schedules 2 and 3 to the Data Protection Act 2018, and
Article 12(5) (rules 4.3). Law: data."""

from portal.disclosure.exemptions.grounds import Exemption
from portal.disclosure.exemptions.part3 import UNFOUNDED
from portal.disclosure.exemptions.questions import (
    CERTIFICATE,
    CONSENT,
    HARM,
    LIKELIHOOD,
    NOT_WAIVED,
    PRIVILEGE,
    REASONABLE,
    WITHOUT_OTHERS,
    Question,
)
from portal.requests.endings import Ending

_SCHEDULE = "Data Protection Act 2018 Schedule 2 paragraph"
_EXTENT = Question("extent", "How much must be held back: all of it, or which part?")
_PREJUDICE = (HARM, LIKELIHOOD, _EXTENT)
# Art 15(1) is itself the right to be told whether anything is held; these lift it too.
_NEITHER = "UK GDPR Article 15(1) as Schedule 2 paragraph {} lifts it"

GDPR = (
    Exemption(
        "GDPR-S2-2",
        f"{_SCHEDULE} 2",
        "because releasing it would be likely to harm the prevention or detection of crime",
        _PREJUDICE,
        confirm_or_deny=_NEITHER.format(2),
    ),
    Exemption(
        "GDPR-S2-5-2",
        f"{_SCHEDULE} 5(2)",
        "because a law or a court order says who may have it",
        (
            Question("duty", "Which law, rule or court order is it?"),
            Question("prevented", "How would releasing it stop us doing what that says?"),
            _EXTENT,
        ),
    ),
    Exemption(
        "GDPR-S2-5-3",
        f"{_SCHEDULE} 5(3)",
        "because it is needed for legal proceedings or advice, or to defend legal rights",
        (
            Question("proceedings", "Which proceedings, advice or rights?"),
            Question("prevented", "How would releasing it stop us doing what that needs?"),
            _EXTENT,
        ),
    ),
    Exemption(
        "GDPR-S2-7",
        f"{_SCHEDULE} 7",
        "because releasing it would be likely to harm work that protects the public",
        (Question("function", "Which work that protects the public, and whose?"), *_PREJUDICE),
        confirm_or_deny=_NEITHER.format(7),
    ),
    Exemption(
        "GDPR-S2-16",
        f"{_SCHEDULE} 16",
        "because it would tell you about another person",
        (WITHOUT_OTHERS, CONSENT, REASONABLE),
    ),
    Exemption(
        "GDPR-S2-19",
        f"{_SCHEDULE} 19",
        "because it is what a person and their lawyer said to each other",
        (PRIVILEGE, NOT_WAIVED),
    ),
    Exemption(
        "GDPR-26",
        "Data Protection Act 2018 s.26",
        "because this is needed to protect national security",
        (Question("necessary", "Why is it needed to protect national security?"), CERTIFICATE),
        confirm_or_deny="UK GDPR Article 15(1) as Data Protection Act 2018 s.26 lifts it",
    ),
    Exemption(
        "GDPR-S3",
        "Data Protection Act 2018 Schedule 3",
        "because releasing it would be likely to do serious harm to somebody’s health or to a "
        "child",
        (
            Question("data", "Is it about health, social work, education or child abuse?"),
            Question("serious_harm", "Whose serious harm, and why is it likely?"),
            Question("professional", "Which professional gave their opinion, and when?"),
        ),
    ),
    Exemption(
        "GDPR-12-5",
        "UK GDPR Article 12(5)",
        "because the request is manifestly unfounded or excessive",
        UNFOUNDED,
        is_for_recordings=False,
        ends=Ending.UNFOUNDED_OR_EXCESSIVE,
    ),
)
