"""What the forms of every room share: a button, and a refusal told where it was typed."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask_wtf import FlaskForm
from wtforms import Field

from portal.errors import Refused


class PlainForm(FlaskForm):  # type: ignore[misc]  # it publishes no types
    """A button and nothing else: only the CSRF token is checked."""


@contextmanager
def refusal_told_on(form: FlaskForm, field: Field | None = None) -> Iterator[None]:
    """Tell a deed that is `Refused` on the form that asked for it, so that nothing typed is lost.

    The words stand beside `field`, or above the whole form; then the view goes on after the
    block, to the page with its errors. Put the transaction and the redirect both inside.
    """
    try:
        yield
    except Refused as refusal:
        if field is None:
            form.form_errors.append(refusal.message)
        else:
            field.errors = [refusal.message]
