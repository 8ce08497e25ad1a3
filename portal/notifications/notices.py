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
    HOLDS_TO_REVIEW = "holds_to_review"
    PASSPHRASE_ASKED = "passphrase_asked"  # noqa: S105 - a word, no secret
    PASSPHRASE_AGREED = "passphrase_agreed"  # noqa: S105
    ADDRESS_ASKED = "address_asked"
    ADDRESS_AGREED = "address_agreed"
    ADDRESS_CHANGED = "address_changed"

    @property
    def is_secret(self) -> bool:
        """Whether its body must be forgotten once it is delivered."""
        return self in (NoticeKind.CODE, NoticeKind.DRAFT_CODE)

    @property
    def is_passing(self) -> bool:
        """Whether nobody needs it any more once it could not be delivered: another code is asked
        for, and a word to an old address is of no use at a new one."""
        old_address = (NoticeKind.ADDRESS_ASKED, NoticeKind.ADDRESS_AGREED)
        return self.is_secret or self in old_address

    @property
    def goes_again(self) -> bool:
        """Whether the same words are right when they are sent again later. Those that lead to a
        link or tell of a passphrase are not: the link may be closed, the days may be over."""
        return not self.is_passing and self not in _OVER_BY_THEN


_OVER_BY_THEN = (
    NoticeKind.ANSWER_READY,
    NoticeKind.PASSPHRASE_ASKED,
    NoticeKind.PASSPHRASE_AGREED,
    NoticeKind.HOLDS_TO_REVIEW,
)


class Failure(StrEnum):
    """Why an e-mail did not reach the person it was for."""

    ADDRESS = "address"
    REFUSED = "refused"
    GIVEN_UP = "given_up"

    @property
    def words(self) -> str:
        """For handlers: what happened, as the end of a sentence that begins with the e-mail."""
        return _FAILURES[self]


_FAILURES = {
    Failure.ADDRESS: "there is no such e-mail address, or it takes no e-mail",
    Failure.REFUSED: "the mail server would not take it",
    Failure.GIVEN_UP: "it could not be delivered in several days: the mailbox may be full",
}
