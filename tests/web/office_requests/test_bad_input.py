"""Whatever is posted to a staff form, the answer is a page in plain words and never a fault."""

from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.actors import Role
from tests.web.conftest import SignedIn
from tests.web.office_requests.conftest import Case

_ODD = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "",
            "\x00",
            "all",
            "new",
            "open",
            "confirm",
            "reject",
            "99999999999999999999",
            "-1",
            "0",
            "1",
            "٣",
            "31",
            "12",
            "2026",
            "9999",
            "11pm",
            "25:61",
            "me",
            "general",
            "phone",
            "\u202etxt.exe",
            "😀",
            "x" * 100_000,
            "H1",
            "L3",
            "'; --",
            "<script>",
        ]
    ),
)
_NAMES = st.sampled_from(
    [
        "verdict",
        "why",
        "candidates",
        "because",
        "since_search",
        "newest",
        "minutes",
        "metres",
        "body",
        "questions",
        "why_needed",
        "issue_letter",
        "change_letter",
        "doubts",
        "note",
        "known",
        "shown_on-day",
        "shown_on-month",
        "shown_on-year",
        "which",
        "reference",
        "kind",
        "level",
        "reason",
        "channel",
        "about",
        "name",
        "email",
        "received_on-day",
        "received_on-month",
        "received_on-year",
        "received_time",
        "happened_on-day",
        "happened_on-month",
        "happened_on-year",
        "since",
        "until",
        "place",
        "which_place",
        "borough",
        "what_happened",
        "occasion",
        "delivery",
    ]
)
_FORMS = st.dictionaries(_NAMES, st.lists(_ODD, max_size=3), max_size=25)
_FINE = {200, 303, 400, 404, 409, 413, 422}


@pytest.fixture
def forms(case: Case, signed_in: SignedIn) -> tuple[FlaskClient, list[str]]:
    """A browser with every role, and every address that takes a form."""
    client = signed_in(*Role)
    parts = [
        "assign",
        "close",
        "messages",
        "clarify",
        "identity/accept",
        "identity/ask",
        "find-video/search",
        "find-video/reject",
        "find-video/start",
        "find-video/finish",
        f"find-video/{case.candidates[0]}",
        f"holds/{case.recordings[0]}/place",
    ]
    return (
        client,
        [
            "/office/requests/new",
            "/office/matters/new",
            "/office/book/verify",
            *(f"{case.address}/{part}" for part in parts),
        ],
    )


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(number=st.integers(0, 14), typed=_FORMS)
def test_never_a_fault(
    forms: tuple[FlaskClient, list[str]], number: int, typed: dict[str, Any]
) -> None:
    client, addresses = forms

    answer = client.post(addresses[number], data=typed)

    assert answer.status_code in _FINE, (addresses[number], typed)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    path=st.sampled_from(["find-video?page=", "history?", "holds?x="]),
    odd=st.text(max_size=30),
)
def test_odd_addresses(
    forms: tuple[FlaskClient, list[str]], case: Case, path: str, odd: str
) -> None:
    client, _ = forms
    typed = quote(odd, safe="", errors="replace")

    assert client.get(f"{case.address}/{path}{typed}").status_code == 200
    book = f"/office/book?before={typed}&subject={typed}&deed={typed}"
    assert client.get(book).status_code == 200
    assert client.get(f"/office/recordings/1?for={typed}").status_code == 404
