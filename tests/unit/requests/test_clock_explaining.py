"""`clock explain`: what is read, what is refused, and how it is shown."""

import json
from typing import Any

import pytest

from portal.bank_holidays import load_shipped
from portal.errors import Refused
from portal.requests.clock_explaining import as_text, explain, parse

HOLIDAYS = load_shipped()
SAR = {"regime": "sar", "received_on": "2026-03-02"}
FOI = {"regime": "foi", "received_on": "2026-03-02"}


def one(entry: object) -> dict[str, Any]:
    (result,) = explain(entry, HOLIDAYS)
    return result


def test_all_keys_stand_in_order_and_can_be_written_as_json() -> None:
    result = one(SAR)
    assert list(result) == [
        "start_on",
        "paused_days",
        "legal_due_on",
        "promise_due_on",
        "target_due_on",
        "staff_target_on",
        "refused",
        "working",
    ]
    assert json.loads(json.dumps(result)) == result
    assert result["refused"] is None


def test_one_bad_entry_does_not_spoil_the_others() -> None:
    results = explain([SAR, {"regime": "sar"}, FOI], HOLIDAYS)
    assert [result["legal_due_on"] for result in results] == ["2026-04-02", None, "2026-03-31"]
    assert results[1] == {
        "start_on": None,
        "paused_days": None,
        "legal_due_on": None,
        "promise_due_on": None,
        "target_due_on": None,
        "staff_target_on": None,
        "refused": "received_on must be a date such as 2026-03-31, not null.",
        "working": [],
    }


def test_an_empty_list_has_no_results() -> None:
    assert explain([], HOLIDAYS) == []


@pytest.mark.parametrize(
    ("regime", "due_on"),
    [
        ("sar", "2026-04-02"),
        ("sar_part3", "2026-04-02"),
        ("sar_gdpr", "2026-04-02"),
        ("foi", "2026-03-31"),
        ("foi-review", "2026-03-31"),
        ("dp-complaint", "2026-04-01"),
    ],
)
def test_every_regime_has_its_name(regime: str, due_on: str) -> None:
    assert one(SAR | {"regime": regime})["legal_due_on"] == due_on


@pytest.mark.parametrize(
    ("changes", "legal_due_on"),
    [
        ({"identity_received_on": "2026-03-10"}, "2026-04-10"),
        ({"authority_received_on": "2026-03-10"}, "2026-04-10"),
        ({"fee_paid_on": "2026-03-10"}, "2026-04-10"),
        ({"identity_received_on": "2026-02-10"}, "2026-04-02"),
        ({"identity_received_on": None, "fees_notice": None, "exceptional": None}, "2026-04-02"),
        ({"clarifications": []}, "2026-04-02"),
        ({"clarifications": [["2026-03-09", "2026-03-16"]]}, "2026-04-10"),
        ({"clarifications": [["2026-03-09", None]]}, None),
        (
            {"clarifications": [["2026-03-09", "2026-03-16"], ["2026-03-09", "2026-03-10"]]},
            "2026-04-10",
        ),
        ({"extension_notice_on": "2026-03-09"}, "2026-06-02"),
        ({"regime": "foi", "public_interest_notice_on": "2026-03-09"}, "2026-04-30"),
        ({"regime": "foi", "fees_notice": ["2026-03-09", "2026-03-18"]}, "2026-04-13"),
        ({"regime": "foi", "fees_notice": ["2026-03-09", None]}, None),
        ({"regime": "foi-review", "exceptional": True}, "2026-04-30"),
        ({"regime": "foi-review", "exceptional": False}, "2026-03-31"),
    ],
)
def test_every_key_is_heard(changes: dict[str, Any], legal_due_on: str | None) -> None:
    result = one(SAR | changes)
    assert (result["legal_due_on"], result["refused"]) == (legal_due_on, None)


@pytest.mark.parametrize(
    ("changes", "legal_due_on", "refused"),
    [
        ({"extension_notice_on": "2026-04-03"}, "2026-04-02", "came after the time had ended"),
        ({"exceptional": True}, "2026-04-02", "kind of request"),
        ({"regime": "foi", "identity_received_on": "2026-03-10"}, "2026-03-31", "identity on"),
        ({"regime": "foi", "fees_notice": ["2026-03-09", "2026-06-09"]}, None, "three months"),
    ],
)
def test_an_event_that_is_not_allowed_is_named(
    changes: dict[str, Any], legal_due_on: str | None, refused: str
) -> None:
    result = one(SAR | changes)
    assert result["legal_due_on"] == legal_due_on
    assert result["working"]
    assert refused in result["refused"]


def test_several_refusals_are_all_told() -> None:
    result = one(SAR | {"exceptional": True, "public_interest_notice_on": "2026-03-09"})
    assert result["refused"] == (
        "The notice of an exceptional case on Monday 2 March 2026 cannot change the time for this "
        "kind of request. The notice about the public interest on Monday 9 March 2026 cannot "
        "change the time for this kind of request."
    )


@pytest.mark.parametrize(
    ("entry", "refused"),
    [
        (5, 'Each entry must be an object such as {"regime": "sar", "received_on": …}.'),
        (None, 'Each entry must be an object such as {"regime": "sar", "received_on": …}.'),
        (
            SAR | {"regime": "hybrid"},
            "regime must be one of sar, sar_part3, sar_gdpr, foi, foi-review, dp-complaint, not "
            '"hybrid".',
        ),
        (
            SAR | {"regime": ["sar"]},
            "regime must be one of sar, sar_part3, sar_gdpr, foi, foi-review, dp-complaint, not "
            "a list.",
        ),
        (
            SAR | {"recieved_on": 1, "hold\ud800": 2},
            'Unknown: "recieved_on", "hold\\ud800". There may be: regime, received_on, '
            "identity_received_on, authority_received_on, fee_paid_on, clarifications, "
            "extension_notice_on, public_interest_notice_on, fees_notice, exceptional.",
        ),
        (
            SAR | {"received_on": "2/3/2026"},
            'received_on must be a date such as 2026-03-31, not "2/3/2026".',
        ),
        (
            SAR | {"received_on": "20260302"},
            'received_on must be a date such as 2026-03-31, not "20260302".',
        ),
        (
            SAR | {"received_on": 20260302},
            "received_on must be a date such as 2026-03-31, not 20260302.",
        ),
        (
            SAR | {"received_on": {}},
            "received_on must be a date such as 2026-03-31, not an object.",
        ),
        (
            SAR | {"received_on": "x" * 500},
            f'received_on must be a date such as 2026-03-31, not "{"x" * 39}….',
        ),
        (
            SAR | {"received_on": "2026-02-29"},
            "received_on is 2026-02-29, a date that does not exist.",
        ),
        (
            SAR | {"received_on": "1999-12-31"},
            "received_on is 1999-12-31: the year must be 2000 to 2099.",
        ),
        (
            SAR | {"received_on": "2100-01-01"},
            "received_on is 2100-01-01: the year must be 2000 to 2099.",
        ),
        (
            SAR | {"extension_notice_on": False},
            "extension_notice_on must be a date such as 2026-03-31, not false.",
        ),
        (
            SAR | {"identity_received_on": 1},
            "identity_received_on must be a date such as 2026-03-31, not 1.",
        ),
        (
            SAR | {"clarifications": "2026-03-09"},
            'clarifications must be a list of pairs of dates, not "2026-03-09".',
        ),
        (
            SAR | {"clarifications": [["2026-03-09", None], ["2026-03-09"]]},
            "clarifications, pair 2 must be two dates, the second may be null, not a list.",
        ),
        (
            SAR | {"clarifications": ["2026-03-09"]},
            'clarifications, pair 1 must be two dates, the second may be null, not "2026-03-09".',
        ),
        (
            SAR | {"clarifications": [[None, "2026-03-09"]]},
            "clarifications, pair 1, first date, must be a date such as 2026-03-31, not null.",
        ),
        (
            SAR | {"clarifications": [["2026-03-09", 3]]},
            "clarifications, pair 1, second date, must be a date such as 2026-03-31, not 3.",
        ),
        (
            SAR | {"clarifications": [["2026-03-16", "2026-03-09"]]},
            "clarifications, pair 1 ends on 2026-03-09, before it began on 2026-03-16.",
        ),
        (
            FOI | {"fees_notice": ["2026-03-16", "2026-03-09"]},
            "fees_notice ends on 2026-03-09, before it began on 2026-03-16.",
        ),
        (
            SAR | {"exceptional": "yes"},
            'exceptional must be true or false, not "yes".',
        ),
    ],
)
def test_what_cannot_be_read_is_said(entry: object, refused: str) -> None:
    result = one(entry)
    assert result["refused"] == refused
    assert result["start_on"] is result["legal_due_on"] is result["target_due_on"] is None


@pytest.mark.parametrize("received_on", ["2000-01-01", "2099-12-31"])
def test_the_first_and_last_day_it_reads(received_on: str) -> None:
    for regime in ("sar", "foi", "foi-review", "dp-complaint"):
        assert one({"regime": regime, "received_on": received_on})["refused"] is None


def test_only_some_unknown_keys_are_named() -> None:
    refused = one(SAR | {f"key{n}": n for n in range(100)})["refused"]
    assert refused.startswith('Unknown: "key0", "key1", "key2", "key3", "key4". There may be')


class TestParsing:
    def test_json_is_decoded(self) -> None:
        assert parse('[{"regime": "sar"}]') == [{"regime": "sar"}]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "not JSON: Expecting value at line 1, column 1"),
            ('[\n  {"a": }\n]', "not JSON: Expecting value at line 2, column 9"),
            ("[" * 100_000, "not JSON this command can read"),
            ("1" * 10_000, "not JSON this command can read"),
        ],
    )
    def test_what_is_not_json_says_where(self, text: str, message: str) -> None:
        with pytest.raises(Refused, match=message):
            parse(text)


class TestText:
    def test_it_reads_as_a_sum_with_its_result(self) -> None:
        entry = SAR | {"clarifications": [["2026-03-02", "2026-03-05"]]}
        text = as_text(explain(entry, HOLIDAYS))
        assert text.startswith("We received your request on Monday 2 March 2026.\nThe law gives")
        assert text.endswith(
            "Time started:     Monday 2 March 2026\n"
            "Last day by law:  Tuesday 7 April 2026\n"
            "Promised by:      Sunday 5 April 2026\n"
            "We will reply by: Sunday 5 April 2026\n"
            "Staff work to:    Thursday 2 April 2026\n"
            "Not counted:      3 days\n"
        )

    def test_what_does_not_apply_is_left_out_and_a_refusal_told(self) -> None:
        text = as_text(explain([{"regime": "foi-review"} | {"received_on": 1}, 2], HOLIDAYS))
        assert text == (
            "Refused:          received_on must be a date such as 2026-03-31, not 1.\n\n"
            "Refused:          Each entry must be an object such as "
            '{"regime": "sar", "received_on": …}.\n'
        )
