"""Every kind of e-mail we owe. Law: data. An e-mail never carries case detail: only the
reference, that there is news, and where to go."""

from enum import StrEnum


class NoticeKind(StrEnum):
    """A kind of e-mail; its text is `templates/emails/<kind>.txt`, its first line the subject."""

    ACKNOWLEDGEMENT = "acknowledgement"
    CODE = "code"
    DRAFT_CODE = "draft_code"
    IDENTITY_ASKED = "identity_asked"
    MESSAGE = "message"
    ANSWER_READY = "answer_ready"
    REOPENED = "reopened"
    LINK_REVOKED = "link_revoked"
    WITHDRAWN = "withdrawn"
    LETTER = "letter"
    REMINDER = "reminder"

    @property
    def is_secret(self) -> bool:
        """Whether its body must be forgotten once it is delivered."""
        return self in (NoticeKind.CODE, NoticeKind.DRAFT_CODE)
