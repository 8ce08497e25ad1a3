"""Which grounds are for recordings, and which answers are hours, may be missing, or are told."""

from portal.disclosure.exemptions import CATALOGUE, refusal_grounds
from portal.requests.lifecycle import Regime

WHOLE_ONLY = ["P3-43-3", "P3-53", "GDPR-12-5", "FOI-12", "FOI-14-1", "FOI-14-2"]
GROUNDS = [ground for grounds in CATALOGUE.values() for ground in grounds]


def test_some_grounds_are_for_a_whole_request_alone() -> None:
    assert [ground.code for ground in GROUNDS if not ground.is_for_recordings] == WHOLE_ONLY


def test_a_request_about_video_is_refused_as_a_whole_on_those_alone() -> None:
    of_video = [g.code for regime in Regime for g in refusal_grounds(regime, is_about_video=True)]
    assert of_video == WHOLE_ONLY
    of_words = {g.code for g in refusal_grounds(Regime.FOI, is_about_video=False)}
    assert {"FOI-21", "FOI-31", "FOI-40-2", "FOI-12"} <= of_words


def test_which_answers_are_hours_may_be_missing_or_are_told() -> None:
    asked = [(ground.code, question) for ground in GROUNDS for question in ground.questions]
    hours = ["determine", "locate", "retrieve", "extract"]
    assert [q.name for code, q in asked if q.is_hours and code == "FOI-12"] == hours
    assert sum(q.is_hours for _, q in asked) == len(hours)
    assert [(code, q.name) for code, q in asked if not q.is_needed] == [("FOI-12", "together")]
    assert [(code, q.name) for code, q in asked if q.is_told] == [
        ("FOI-21", "where"),
        ("FOI-31", "part_of_31"),
        ("FOI-31", "harm"),
        ("FOI-40-1", "subject_access"),
        ("FOI-12", "help"),
    ]
