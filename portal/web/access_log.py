"""One line of log for each answer: what was asked of which endpoint, never with what."""

import logging
import time

from flask import Flask, Response, g, request

log = logging.getLogger("portal.web")


def install(app: Flask) -> None:
    """Log every answer. The path is left out: it can hold a reference or a selector."""

    @app.before_request
    def begin() -> None:
        g.begun = time.monotonic()

    @app.after_request
    def note(response: Response) -> Response:
        spent = time.monotonic() - g.get("begun", time.monotonic())
        log.info(
            "answered",
            extra={
                "method": request.method,
                "endpoint": request.endpoint or "unknown",
                "status": response.status_code,
                "milliseconds": round(spent * 1000),
            },
        )
        return response
