"""What went wrong with an S3-compatible store, in the portal's own words."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from portal.errors import Upstream
from portal.storage.door import CANNOT_READ, TAKEN, AlreadyStored, Missing

_ABSENT = {"404", "NoSuchKey", "NotFound"}
_CONDITION_NOT_MET = {"412", "409", "PreconditionFailed", "ConditionalRequestConflict"}


@contextmanager
def in_our_words(otherwise: str = CANNOT_READ) -> Iterator[None]:
    """Turn the client's faults into `Missing`, `AlreadyStored` (a condition was not met) and,
    for everything else, `Upstream` with those words. They were tried again before."""
    try:
        yield
    except ClientError as fault:
        code = fault.response.get("Error", {}).get("Code", "")
        if code in _ABSENT:
            raise Missing from fault
        if code in _CONDITION_NOT_MET:
            raise AlreadyStored(TAKEN) from fault
        raise Upstream(otherwise) from fault
    except (BotoCoreError, HTTPClientError) as fault:
        raise Upstream(otherwise) from fault
