"""The form for sending a proof."""

from typing import Any, BinaryIO, cast

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms.validators import StopValidation

from portal.identity.proof import ProofKind
from portal.web.fields import OneOfField, options


class FileChoice(FileField):  # type: ignore[misc]  # it publishes no types
    """One file. `data` is what was uploaded, or None when nothing or no file was sent."""

    data: FileStorage | None

    def pre_validate(self, form: Any) -> None:
        """A file must be chosen; what is in it is read later, and elsewhere."""
        if not self.data:
            self.data = None
            raise StopValidation("Select a file")


class ProofForm(FlaskForm):  # type: ignore[misc]
    """What it is, and the file."""

    kind = OneOfField(
        "What is it?",
        choices=options({kind.value: kind.label for kind in ProofKind}),
        missing="Select what it is",
    )
    file = FileChoice("Choose the file")

    def __init__(self, *, is_for_another: bool = True) -> None:
        """Papers about acting for another are on offer only where somebody may do so."""
        super().__init__()
        if not is_for_another:
            own = {kind.value: kind.label for kind in ProofKind if not kind.is_only_authority}
            self.kind.choices = options(own)

    def to_kind(self) -> ProofKind:
        """What was chosen. Only of a form that was found right."""
        return ProofKind(self.kind.data)

    def to_file(self) -> tuple[str, BinaryIO]:
        """The file's name as sent, never used as a path, and its content. Of a right form only."""
        sent = self.file.data
        if sent is None:
            raise ValueError("ask a form that was found right")
        return sent.filename or "", cast(BinaryIO, sent.stream)
