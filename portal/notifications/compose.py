"""Writing an e-mail: plain text from a template, its first line the subject."""

from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from portal.notifications.notices import NoticeKind

# Plain text: nothing is escaped, and nothing an applicant typed is ever put in.
_TEMPLATES = Environment(
    loader=PackageLoader("portal", "templates/emails"),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - text/plain has nothing to escape
    keep_trailing_newline=True,
)


@dataclass(frozen=True)
class Text:
    """An e-mail's words."""

    subject: str
    body: str


def compose(kind: NoticeKind, fields: dict[str, Any]) -> Text:
    """The text of a notice. Raises when a field its template needs is missing."""
    written = _TEMPLATES.get_template(f"{kind.value}.txt").render(fields)
    subject, _, body = written.partition("\n")
    return Text(subject.removeprefix("Subject: ").strip(), body.lstrip("\n"))
