"""Which letter carries an answer. Law: pure (rules 4.6)."""

from collections.abc import Iterable, Mapping

from portal.disclosure.exemptions import PRIVILEGED, Line, Outcome, told
from portal.errors import Refused
from portal.letters.kinds import LetterKind
from portal.requests.endings import Ending
from portal.requests.lifecycle import Regime

_UNFOUNDED = dict.fromkeys((Regime.SAR_PART3, Regime.SAR_GDPR), LetterKind.UNFOUNDED)
_REFUSAL = {
    Regime.SAR_PART3: LetterKind.RESTRICTION,
    Regime.SAR_GDPR: LetterKind.REFUSAL_GDPR,
    Regime.FOI: LetterKind.FOI_REFUSAL,
}
_EVERY = tuple(Regime)

# By ending, then by regime: where a regime is not named, a request cannot end so under it.
LETTERS: Mapping[Ending, Mapping[Regime, LetterKind]] = {
    Ending.DISCLOSED_FULL: {
        Regime.SAR_PART3: LetterKind.DISCLOSURE,
        Regime.SAR_GDPR: LetterKind.DISCLOSURE,
        Regime.FOI: LetterKind.DISCLOSURE_FOI,
    },
    # Under Part 3 a part refusal is a restriction with copies; under FOIA a disclosure with a
    # part refused (s.17).
    Ending.DISCLOSED_PART: {**_REFUSAL, Regime.FOI: LetterKind.DISCLOSURE_FOI},
    Ending.RESTRICTED_HELD: _REFUSAL,
    Ending.RESTRICTED: _REFUSAL,
    Ending.REFUSED: _REFUSAL,
    Ending.NOT_HELD: dict.fromkeys(_EVERY, LetterKind.NOT_HELD),
    Ending.NCND: dict.fromkeys(_EVERY, LetterKind.NCND),
    Ending.UNFOUNDED_OR_EXCESSIVE: _UNFOUNDED,
    Ending.OVER_COST_LIMIT: {Regime.FOI: LetterKind.FOI_REFUSAL},
    Ending.VEXATIOUS_OR_REPEATED: {Regime.FOI: LetterKind.FOI_REFUSAL},
    Ending.NOT_VALID: dict.fromkeys(_EVERY, LetterKind.CLOSING),
    Ending.ID_NOT_CONFIRMED: dict.fromkeys(_EVERY, LetterKind.CLOSING),
    Ending.CLARIFICATION_NOT_RECEIVED: dict.fromkeys(_EVERY, LetterKind.CLOSING),
    Ending.FEE_NOT_PAID: {Regime.FOI: LetterKind.CLOSING},
}
_LIMITED = (Ending.DISCLOSED_PART, Ending.RESTRICTED, Ending.REFUSED)


def letter_for(regime: Regime, answer: Ending, lines: Iterable[Line] = ()) -> LetterKind:
    """The letter that an answer needs under a regime.

    `answer` is what the applicant is told (`exemptions.answer_of`), so a hold at level L3 never
    shows in the choice. Where all that is held back is legally privileged it is a letter of its
    own (DPA 2018 s.45A(2)). Refused for an ending that has no letter, or not under this law.
    """
    if regime.is_sar and answer in _LIMITED and _is_privileged(lines):
        return LetterKind.LPP
    found = LETTERS.get(answer, {}).get(regime)
    if found is None:
        raise Refused("No letter tells of this ending under this law.")
    return found


def _is_privileged(lines: Iterable[Line]) -> bool:
    grounds = {line.ground for line in told(lines) if line.outcome is not Outcome.RELEASE}
    return bool(grounds) and grounds <= set(PRIVILEGED)
