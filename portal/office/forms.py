"""The office's forms."""

from flask_wtf import FlaskForm
from wtforms import PasswordField

from portal.actors import Role
from portal.office.commands.handlers import SHORTEST_PASSPHRASE
from portal.web.fields import AnyOfField, LineField, OneOfField, options


class PassphraseForm(FlaskForm):  # type: ignore[misc]
    """The first step of signing in."""

    sign_in_name = LineField("Sign-in name", missing="Enter your sign-in name", at_most=80)
    passphrase = PasswordField("Passphrase")

    def typed_passphrase(self) -> str:
        """What was typed; anything that is no text counts as nothing."""
        return self.passphrase.data[:1000] if isinstance(self.passphrase.data, str) else ""


class CodeForm(FlaskForm):  # type: ignore[misc]
    """The second step: six digits from an authenticator app."""

    code = LineField("Six-digit code", missing="Enter the code from your app", at_most=20)


class HandlerForm(FlaskForm):  # type: ignore[misc]
    """A new handler."""

    name = LineField("Name", missing="Enter their name", at_most=120)
    sign_in_name = LineField("Sign-in name", missing="Enter a sign-in name", at_most=80)
    passphrase = PasswordField("First passphrase")
    roles = AnyOfField(
        "What may they do?",
        choices=options({role.value: role.label for role in Role}),
        missing="Select at least one role",
    )

    def validate(self, extra_validators: object = None) -> bool:
        """The fields' own checks, and the length of the passphrase."""
        is_good = bool(super().validate(extra_validators))
        typed = self.passphrase.data if isinstance(self.passphrase.data, str) else ""
        if len(typed) < SHORTEST_PASSPHRASE:
            self.passphrase.errors = [
                f"Enter a passphrase of at least {SHORTEST_PASSPHRASE} characters"
            ]
            return False
        return is_good


class RequestFilterForm(FlaskForm):  # type: ignore[misc]
    """What the list of requests shows. Sent by GET, so that a view of it can be bookmarked."""

    class Meta:
        """A list changes nothing, so there is nothing to protect."""

        csrf = False

    status = OneOfField(
        "Status",
        choices=options(
            open="Open",
            answered="Answered",
            closed="Closed",
            all="All",
        ),
    )
    regime = OneOfField("Law", choices=options(all="Any", sar="Subject access", foi="FOI"))
    assigned = OneOfField("Assigned to", choices=options(anyone="Anyone", me="Me", nobody="Nobody"))
    reference = LineField("Reference or name", at_most=80)
