"""The form that every room has: a button."""

from flask_wtf import FlaskForm


class PlainForm(FlaskForm):  # type: ignore[misc]  # it publishes no types
    """A button and nothing else: only the CSRF token is checked."""
