"""A person who walks through the public's pages, and what they answer."""

import re
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PLACES = (
    {"name": "Lambeth", "kind": "borough", "polygon": [[51.4, -0.2], [51.4, 0.0], [51.6, -0.1]]},
    {
        "name": "City of London",
        "kind": "borough",
        "polygon": [[51.5, -0.1], [51.5, -0.08], [51.52, -0.09]],
    },
    {
        "name": "Marlow Street",
        "kind": "street",
        "borough": "Lambeth",
        "line": [[51.5, -0.12], [51.501, -0.121], [51.502, -0.121]],
    },
    {"name": "Bow Yard", "kind": "place", "borough": "City of London", "point": [51.51, -0.09]},
)


class Visitor:
    """A person with a browser. Reads the form's token off the page, as a browser does."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, page: str | None = None, **data: Any) -> TestResponse:
        token = token_on(self.get(page or path).text)
        return self.client.post(path, data={"csrf_token": token, **data})

    def answer(self, question: str, *, change: bool = False, **data: Any) -> TestResponse:
        named = {name.replace("__", "-"): value for name, value in data.items()}
        return self.post(f"/ask/{question}{'?change=1' if change else ''}", **named)

    def walk(self, answers: dict[str, dict[str, Any]]) -> str:
        """Answer the questions in order, as they come; returns where the last answer led."""
        led = "/ask/about-you-or-someone"
        for question, data in answers.items():
            assert led == f"/ask/{question}", f"{led} came, not {question}"
            answered = self.answer(question, **data)
            assert answered.status_code == 303, answered.text
            led = answered.location
        return led


def token_on(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page
    return found[1]


def day(at: datetime = NOW) -> dict[str, Any]:
    return {"known": "exact", "day__day": at.day, "day__month": at.month, "day__year": at.year}


SAR: dict[str, dict[str, Any]] = {
    "about-you-or-someone": {"who": "me"},
    "when": day(NOW.replace(day=20)),
    "time": {"at": "5:30pm", "sure": "30"},
    "place": {"place": "marlow"},
    "which-place": {"choice": "3"},
    "how-near": {"metres": "150"},
    "what-happened": {"occasion": "stop_and_search", "text": "I was searched."},
    "references": {"shoulder_number": "LX 123"},
    "looks": {"clothes": "Red coat"},
    "name": {"name": "Amina Example"},
    "date-of-birth": {"born_on__day": "1", "born_on__month": "March", "born_on__year": "1990"},
    "email": {"email": "amina@example.com"},
    "address": {"address": "1 Marlow Street\nLondon"},
    "phone": {"phone": ""},
    "proof": {"when": "later"},
    "delivery": {"delivery": "download"},
    "passphrase": {"passphrase": "kettle river sandpaper", "again": "Kettle-River Sandpaper"},
}
FOI: dict[str, dict[str, Any]] = {
    "about-you-or-someone": {"who": "general"},
    "what-information": {"what": "information"},
    "what-happened": {"text": "How many officers wear a camera?"},
    "name": {"name": "Ben Example"},
    "email": {"email": "ben@example.com"},
    "phone": {},
    "delivery": {"delivery": "download"},
}
