"""Everything that can go wrong on purpose, in one tree.

    PortalError
    ├── NotFound     404  there is no such thing, or it is not yours
    ├── NotAllowed   403  you are known, and may not do this
    ├── Refused      409  a rule says no; the message is fit to show a citizen
    ├── Gone         410  it was here and has ended
    ├── TooMany      429  asked too often
    └── Upstream     503  something we depend on did not answer

The kinds know nothing of HTTP: the numbers are assigned in one table in `web/errors.py`.
"""


class PortalError(Exception):
    """A failure we foresaw. `message` is in plain words and holds no personal data."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class NotFound(PortalError):
    """There is no such thing, or it belongs to somebody else: strangers learn nothing."""


class NotAllowed(PortalError):
    """The person is known but has no right to do this."""


class Refused(PortalError):
    """A rule of law or of this house says no. The message can be shown to a citizen."""


class Gone(PortalError):
    """It existed and has ended: a link that ran out, a draft that was sent."""


class TooMany(PortalError):
    """Asked too often; `retry_after` is in seconds."""

    def __init__(self, message: str = "", retry_after: int = 900) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Upstream(PortalError):
    """A part we depend on (database, mail, storage) did not answer; trying later may work."""
