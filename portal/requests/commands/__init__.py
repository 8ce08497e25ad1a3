"""The verbs that write a request, one file for each."""

from portal.requests.commands.moving import move
from portal.requests.commands.receiving import receive

__all__ = ["move", "receive"]
