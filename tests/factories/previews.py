"""Issuing a letter as a handler does: read it first, then press the button below it."""

import html
import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_BUTTON = re.compile(r'value="([0-9a-f]{64})"[^>]*name="issue_letter"')
_BUTTON_TURNED = re.compile(r'name="issue_letter"[^>]*value="([0-9a-f]{64})"')
_CARRIED = re.compile(r'<input type="hidden" name="(?!csrf_token)([^"]+)" value="([^"]*)">')


def read_and_issue(client: FlaskClient, address: str, data: dict[str, Any]) -> TestResponse:
    """Post the form, read the letter that it shows, and issue exactly that one."""
    return issue_shown(client, address, client.post(address, data=data).text)


def issue_shown(client: FlaskClient, address: str, page: str) -> TestResponse:
    """Press "Issue this letter" on a page that shows one, with what the page carries."""
    found = _BUTTON.search(page) or _BUTTON_TURNED.search(page)
    assert found, "no letter is shown"
    data: dict[str, list[str]] = {"issue_letter": [found.group(1)]}
    for name, value in carried(page):
        data.setdefault(name, []).append(value)
    return client.post(address, data=data)


def carried(page: str) -> list[tuple[str, str]]:
    """What the page sends again with either button."""
    return [(name, html.unescape(value)) for name, value in _CARRIED.findall(page)]
