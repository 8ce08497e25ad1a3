"""Which letter carries an answer. Law: pure (rules 4.6)."""

from portal.letters.kinds import LetterKind
from portal.requests.endings import Ending
from portal.requests.lifecycle import Regime

_DISCLOSURE = {
    Regime.SAR_PART3: LetterKind.DISCLOSURE,
    Regime.SAR_GDPR: LetterKind.DISCLOSURE,
    Regime.FOI: LetterKind.DISCLOSURE_FOI,
}
# Under Part 3 a part refusal is a restriction with copies; under FOIA a disclosure with a part
# refused (s.17).
_PART = {
    Regime.SAR_PART3: LetterKind.RESTRICTION,
    Regime.SAR_GDPR: LetterKind.REFUSAL_GDPR,
    Regime.FOI: LetterKind.DISCLOSURE_FOI,
}
_REFUSAL = {
    Regime.SAR_PART3: LetterKind.RESTRICTION,
    Regime.SAR_GDPR: LetterKind.REFUSAL_GDPR,
    Regime.FOI: LetterKind.FOI_REFUSAL,
}


def letter_for(regime: Regime, answer: Ending) -> LetterKind:
    """The letter that an answer needs under a regime.

    `answer` is what the applicant is told (`exemptions.answer_of`), so a hold at level L3 never
    shows in the choice.
    """
    if answer is Ending.NOT_HELD:
        return LetterKind.NOT_HELD
    if answer is Ending.NCND:
        return LetterKind.NCND
    if answer is Ending.DISCLOSED_FULL:
        return _DISCLOSURE[regime]
    return (_PART if answer is Ending.DISCLOSED_PART else _REFUSAL)[regime]
