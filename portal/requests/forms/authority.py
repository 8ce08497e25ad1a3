"""The staff's forms about authority to act."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm

from portal.identity.authority import Check, Lack
from portal.requests.forms.office import AcceptForm
from portal.web.fields import AnyOfField, DatePartsField, OneOfField, ParagraphField, options


class AuthorityForm(AcceptForm):
    """How we know that they may act, the date of the note, and what each check found."""

    signed_on = DatePartsField(
        "Which date is on the signed note?", subject="date of the note", optional=True
    )
    checks: Sequence[Check] = ()
    needs_date = False

    def __init__(self, proofs: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(proofs, **kwargs)
        self.known.label.text = "How do you know that they may act?"
        self.known.missing = "Select how you know that they may act"
        self.enough.label.text = "Which paper was enough?"
        if not self.needs_date:
            del self.signed_on

    def validate(self, extra_validators: Any = None) -> bool:
        """The date is needed where there is a note."""
        super().validate(extra_validators)
        if self.needs_date and self.signed_on.data is None and not self.signed_on.errors:
            self.signed_on.errors = ["Enter the date of the note"]
        return not self.errors

    @property
    def answers(self) -> list[Any]:
        """The fields of the checks, in their order."""
        return [self[check.name] for check in self.checks]

    def to_found(self) -> dict[str, str]:
        """What each check found. Only of a form that was found right."""
        return {check.name: self[check.name].data for check in self.checks}


def authority_form(
    checks: Sequence[Check], *, needs_date: bool, proofs: Mapping[str, str], **kwargs: Any
) -> AuthorityForm:
    """The form with a question for each of these checks."""
    questions: dict[str, Any] = {
        check.name: OneOfField(
            check.question,
            choices=options({answer.value: answer.label for answer in check.answers}),
            missing=f"Select an answer to “{check.question}”",
        )
        for check in checks
    }
    made = type("ChecksForm", (AuthorityForm,), questions)
    made.checks, made.needs_date = checks, needs_date  # type: ignore[attr-defined]
    return made(proofs, **kwargs)  # type: ignore[no-any-return]


class LacksForm(FlaskForm):  # type: ignore[misc]  # it publishes no types
    """What is missing before somebody may act."""

    lacks = AnyOfField(
        "What is missing?",
        choices=options({lack.value: lack.explanation for lack in Lack}),
        missing="Select at least one reason",
    )
    note = ParagraphField("Anything else to tell them", at_most=1000, subject="Note")

    def to_lacks(self) -> list[Lack]:
        """What was chosen."""
        return [Lack(value) for value in self.lacks.data or []]
