"""Whatever is sent to a form, it answers in words: never a failure of ours."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from portal.house import House
from portal.ids import digest
from portal.requests.journey import QUESTIONS, is_reachable
from portal.requests.models import RequestDraft
from tests.factories.public_journey import NOW, Visitor

NewVisitor = Callable[[], Visitor]

POINT: dict[str, Any] = {
    "typed": "x",
    "choice": "3",
    "name": "Marlow Street",
    "borough": "City of London",
    "lat": 51.5,
    "lon": -0.1,
    "line": [],
}
DESCRIBED: dict[str, Any] = {"typed": "x", "choice": "describe"}
WHEN = {"known": "exact", "day": "2026-11-20", "is_old": True}
WISHES = {"delivery": "post", "safe_contact": "", "language": "", "adjustments": ""}
REST: dict[str, dict[str, Any]] = {
    "when": WHEN,
    "video-may-be-gone": {"is_read": True},
    "time": {"at": "17:30", "sure": "30"},
    "place": {"place": "x"},
    "how-near": {"metres": "50"},
    "which-borough": {"borough": "Lambeth", "details": ""},
    "another-force": {"is_read": True},
    "what-happened": {"occasion": "arrest", "text": ""},
    "references": {
        "shoulder_number": "",
        "incident_reference": "",
        "crime_reference": "",
        "custody_number": "",
        "vehicle": "",
    },
    "looks": {"clothes": "", "hair": "", "bag": ""},
    "by-what-right": {"right": "parent"},
    "someone-who-died": {"is_read": True},
    "other-information": {"text": "x"},
    "asking-on-your-own": {"is_read": True},
    "sixteen-or-over": {"is_read": True},
    "name": {"name": "x"},
    "date-of-birth": {"born_on": "2009-03-01", "age": 17},
    "email": {"email": "", "has_none": True},
    "address": {"address": "x"},
    "phone": {"phone": ""},
    "representative": {"name": "x", "relationship": "x", "organisation": ""},
    "proof": {"when": "later"},
    "delivery": WISHES,
    "passphrase": {"hash": ""},
}
STANDINGS: list[dict[str, dict[str, Any]]] = [
    {"about-you-or-someone": {"who": "me"}, "which-place": DESCRIBED, **REST}
    | {"time": {"at": "01:00", "sure": "120", "is_night": True}}
    | {"which-night": {"night": "unknown"}, "which-borough": {"borough": "", "details": ""}},
    {"about-you-or-someone": {"who": "someone_i_act_for"}, "which-place": POINT, **REST},
    {"about-you-or-someone": {"who": "someone_i_act_for"}, "which-place": POINT, **REST}
    | {"by-what-right": {"right": "died"}, "what-information": {"what": "video"}},
    {"about-you-or-someone": {"who": "both"}, "which-place": DESCRIBED, **REST},
    {"about-you-or-someone": {"who": "general"}, "what-information": {"what": "video"}}
    | {"which-place": POINT, **REST},
    {"about-you-or-someone": {"who": "me"}, "which-place": POINT, **REST}
    | {"delivery": {**WISHES, "delivery": "download"}},
    {"about-you-or-someone": {"who": "someone_else"}},
    {"about-you-or-someone": {"who": "other_organisation"}},
]
NAMES = [
    "who",
    "what",
    "known",
    "day-day",
    "day-month",
    "day-year",
    "earliest-day",
    "earliest-month",
    "earliest-year",
    "latest-day",
    "latest-month",
    "latest-year",
    "at",
    "sure",
    "place",
    "choice",
    "metres",
    "details",
    "borough",
    "occasion",
    "text",
    "shoulder_number",
    "incident_reference",
    "clothes",
    "hair",
    "bag",
    "name",
    "born_on-day",
    "born_on-month",
    "born_on-year",
    "email",
    "has_none",
    "address",
    "phone",
    "right",
    "relationship",
    "organisation",
    "organisation_number",
    "when",
    "delivery",
    "safe_contact",
    "language",
    "adjustments",
    "passphrase",
    "again",
    "code",
    "is_read",
]
NASTY = st.sampled_from(
    [
        "",
        "\0",
        "a\0b",
        "\u202eevil",
        "\u200f\u2066x",
        "\ud7ff\ufffe",
        "x" * 5000,
        "9" * 400,
        "٢٧",
        "²",
        "-1",
        "1e9",
        "99999999999999999999",
        "2026-02-30",
        "{{ 7 * 7 }}",
        "<script>",
        "None",
        "exact",
        "range",
        "unknown",
        "describe",
        "not_sure",
        "30",
        "31",
        "2",
        "2026",
        "0001",
        "9999",
        "5:30pm",
        "download",
        "y",
        "a@example.com",
    ]
)
VALUES = st.one_of(NASTY, st.text(max_size=40))
FILES = st.builds(lambda body, name: (io.BytesIO(body), name), st.binary(max_size=8), VALUES)
PARTS = st.lists(st.tuples(st.sampled_from(NAMES), st.one_of(VALUES, VALUES, FILES)), max_size=14)

slowly = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def unguarded(public_app: Flask) -> Flask:
    """The same pages without the token, so that the forms themselves are reached."""
    public_app.config["WTF_CSRF_ENABLED"] = False
    return public_app


def stand(house: House, client: Any, answers: dict[str, dict[str, Any]]) -> None:
    """Put a draft with these answers into the visitor's browser."""
    with client.session_transaction() as session:
        session["browser"] = "known"
    with house.db.writing() as session:
        session.query(RequestDraft).delete()
        session.add(
            RequestDraft(
                browser=digest("known"),
                answers=answers,
                created_at=NOW,
                updated_at=NOW,
                expires_at=NOW + timedelta(days=1),
            )
        )


@pytest.mark.parametrize("question", [question.slug for question in QUESTIONS])
def test_every_question_survives_anything(
    unguarded: Flask, small_house: House, question: str
) -> None:
    client = unguarded.test_client()
    answers = next(one for one in STANDINGS if is_reachable(question, one))

    @slowly
    @given(parts=PARTS)
    def survives(parts: list[tuple[str, Any]]) -> None:
        stand(small_house, client, answers)
        shown = client.get(f"/ask/{question}")
        assert shown.status_code == 200
        data = MultiDict(parts)
        answered = client.post(f"/ask/{question}", data=data, content_type="multipart/form-data")
        assert answered.status_code in (303, 422)
        if answered.status_code == 422:
            is_end = question in ("someone-elses-video", "another-organisation")
            assert is_end or "There is a problem" in answered.text
            assert is_end or "Error: " in answered.text
        followed = client.get("/check-answers")
        assert followed.status_code in (200, 303)

    survives()


@pytest.mark.parametrize("path", ["/save", "/come-back/5b0a7c4e-6c0f-4a0e-9b52-0a3e55d7ac11"])
def test_the_other_forms_survive_anything(unguarded: Flask, path: str) -> None:
    client = unguarded.test_client()

    @slowly
    @given(parts=PARTS)
    def survives(parts: list[tuple[str, Any]]) -> None:
        data = MultiDict(parts)
        answered = client.post(path, data=data, content_type="multipart/form-data")
        assert answered.status_code in (303, 422, 429)

    survives()


def test_a_megabyte_is_too_much_and_said_so(unguarded: Flask, small_house: House) -> None:
    client = unguarded.test_client()
    stand(small_house, client, next(one for one in STANDINGS if is_reachable("name", one)))
    megabyte = "x" * 1_000_000
    part = (
        f'--edge\r\nContent-Disposition: form-data; name="name"\r\n\r\n{megabyte}\r\n--edge--\r\n'
    )
    answered = client.post(
        "/ask/name", data=part.encode(), content_type="multipart/form-data; boundary=edge"
    )
    assert answered.status_code == 413
    assert "That is too much at once" in answered.text
    answered = client.post("/ask/name", data={"name": megabyte})
    assert answered.status_code == 422
    assert "Full name must be 200 characters or fewer" in answered.text
    # What was answered before is still there.
    assert 'value="x"' in client.get("/ask/name").text


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"name=%ff%fe&name=%00", b"&&&==", b"{}"])
def test_bodies_that_are_no_form(unguarded: Flask, small_house: House, body: bytes) -> None:
    client = unguarded.test_client()
    stand(small_house, client, STANDINGS[0])
    for kind in ("application/x-www-form-urlencoded", "application/json", "multipart/form-data"):
        assert client.post("/ask/name", data=body, content_type=kind).status_code in (303, 400, 422)


def test_what_was_typed_is_kept(visitor: Visitor) -> None:
    visitor.answer("about-you-or-someone", who="me")
    page = visitor.answer("when", known="exact", day__day="31", day__month="2", day__year="2026")
    assert page.status_code == 422
    assert "Date it happened must be a real date" in page.text
    assert 'value="31"' in page.text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Select if you know the date"),
        ({"known": "exact"}, "Enter the date it happened"),
        ({"known": "exact", "day__day": "23", "day__month": "11", "day__year": "2026"}, "today"),
        ({"known": "exact", "day__day": "1", "day__month": "1", "day__year": "2016"}, "10 years"),
        ({"known": "range"}, "Enter the earliest date"),
        (
            {"known": "range", "earliest__day": "2", "earliest__month": "11"}
            | {"earliest__year": "2026", "latest__day": "1", "latest__month": "11"}
            | {"latest__year": "2026"},
            "same as or after",
        ),
        (
            {"known": "range", "earliest__day": "2", "earliest__month": "9"}
            | {"earliest__year": "2026", "latest__day": "1", "latest__month": "11"}
            | {"latest__year": "2026"},
            "at most 31 days apart",
        ),
    ],
)
def test_days_that_cannot_be(visitor: Visitor, data: dict[str, Any], words: str) -> None:
    visitor.answer("about-you-or-someone", who="me")
    page = visitor.answer("when", **data)
    assert page.status_code == 422
    assert words in page.text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"sure": "30"}, "Enter a time, like 5:30pm"),
        ({"at": "5:30", "sure": "30"}, "Say whether 5:30 is morning or evening"),
        ({"at": "5:30pm"}, "Select how sure you are"),
        ({"at": "11pm", "sure": "30"}, "The time must be in the past"),
    ],
)
def test_times_that_cannot_be(visitor: Visitor, data: dict[str, Any], words: str) -> None:
    visitor.answer("about-you-or-someone", who="me")
    today: dict[str, Any] = {"day__day": "22", "day__month": "11", "day__year": "2026"}
    assert visitor.answer("when", known="exact", **today).location == "/ask/time"
    page = visitor.answer("time", **data)
    assert page.status_code == 422
    assert words in page.text
