"""Structured logs: one JSON object a line, made of fixed words, numbers and identifiers.

Only the named extras are written, so that no personal data gets in by accident.
"""

import json
import logging
import sys
from datetime import UTC, datetime

_EXTRAS = ("job", "attempt", "kind", "trace", "method", "endpoint", "status", "milliseconds")


class JsonLines(logging.Formatter):
    """A log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's time, level, logger, message and named extras."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.msg,
        }
        line.update({name: getattr(record, name) for name in _EXTRAS if hasattr(record, name)})
        return json.dumps(line, default=str)


def begin_logging() -> None:
    """Send the portal's logs to standard error, as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger("portal")
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    root.propagate = False
