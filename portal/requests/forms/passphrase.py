"""The passphrase that opens their video later: chosen while asking, typed twice, kept hashed."""

from collections.abc import Mapping
from typing import Any

from wtforms import PasswordField

from portal.identity.hashing import hashed
from portal.identity.passphrases import LONGEST, fault_of, tidied
from portal.requests.forms.question import Known, QuestionForm
from portal.requests.journey import said

# More than is ever read: a longer one is refused in words, and never hashed.
_AT_MOST = LONGEST + 1
# What those who know the applicant can guess: the answers that name them.
_KNOWN = (
    ("name", "name"),
    ("email", "email"),
    ("date-of-birth", "born_on"),
    ("representative", "name"),
)


class PassphraseForm(QuestionForm):
    """A passphrase, twice. Whoever comes back and leaves both empty keeps the one they chose."""

    passphrase = PasswordField("Passphrase")
    again = PasswordField("Type it again")

    def __init__(self, known: Known, stored: Mapping[str, Any] | None = None) -> None:
        self.chosen_before = str((stored or {}).get("hash", ""))
        super().__init__(known, stored)

    def shown(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Nothing: what was chosen cannot be shown."""
        return {}

    def validate(self, extra_validators: Any = None) -> bool:
        """One that nobody guesses, typed the same way twice."""
        super().validate(extra_validators)
        typed, again = _typed(self.passphrase), _typed(self.again)
        if self.chosen_before and not typed and not again:
            return not self.errors
        fault = fault_of(typed, self._known()) if typed else "Enter a passphrase"
        if fault:
            self.passphrase.errors = [fault]
        elif tidied(typed) != tidied(again):
            self.again.errors = ["Enter the same passphrase again"]
        return not self.errors

    def answer(self) -> dict[str, Any]:
        """Its hash, and no more: a draft is no place for a secret."""
        typed = _typed(self.passphrase)
        return {"hash": hashed(typed) if typed else self.chosen_before}

    def _known(self) -> list[str]:
        return [str(said(self.known.answers, *where)) for where in _KNOWN]


def _typed(field: PasswordField) -> str:
    return field.data[:_AT_MOST] if isinstance(field.data, str) else ""
