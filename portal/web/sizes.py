"""How much somebody may send at once: files where files are asked for, and words elsewhere."""

from flask import Flask, request

# Far more than the longest form can hold, and little enough to read and clean in a moment.
MOST_WORDS = 2 * 1024 * 1024


def install(app: Flask) -> None:
    """Only a form with files (multipart) may be as large as a file; more gets the 413 page."""

    @app.before_request
    def limit() -> None:
        if request.mimetype != "multipart/form-data":
            request.max_content_length = MOST_WORDS
