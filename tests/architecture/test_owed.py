"""What is owed can be paid: every job has its function, every notice its words."""

import ast
from dataclasses import dataclass
from typing import Any

import pytest
from jinja2 import Environment, meta

from portal.notifications.compose import compose
from portal.notifications.notices import NoticeKind
from portal.worker import JOBS
from tests.architecture.source import TEMPLATES, calls, module_of

# What an e-mail may say: that there is news, until when, and where. A new field here needs a
# good reason: no case detail and nothing that somebody typed goes into an e-mail.
FIELDS = {"reference", "reply_by", "collect_by", "kept_until", "code", "minutes", "to_show"}
GIVEN_TO_ALL = {"address", "force_name", "contact_email"}
SECRET = {"code"}
# What says to whom an e-mail goes and when, and is no field of its text; `**` is none by itself.
ADDRESSING = {"to", "key", "at", "path", "about", None}


def jobs_owed() -> dict[str, str]:
    """Where each job is owed, by the job's name."""
    owed = {}
    for path, call in calls("owe"):
        name = _value(path, call.args[1])
        assert isinstance(name, str), f"{path}:{call.lineno} owes a job without a fixed name"
        owed[name] = f"{path}:{call.lineno}"
    return owed


def _value(path: str, node: ast.expr) -> Any:
    """The value of a constant, or of a constant's name in that module."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return getattr(module_of(path), name, None)
    return None


def test_every_job_that_is_owed_can_be_paid_and_every_job_is_owed_somewhere() -> None:
    assert jobs_owed().keys() == JOBS.keys()


@dataclass(frozen=True)
class Owed:
    """One place in the code that owes an e-mail."""

    where: str
    kind: str
    fields: frozenset[str]


def notices_owed() -> list[Owed]:
    """Every e-mail that is owed, with its kind and its fields: by `notify` itself, or by
    `notify_applicant`, which hands on to `notify` what it is given, with fields of its own."""
    [handed_on] = [call for _, call in calls("notify") if None in _words(call)]
    return [
        *(
            _owed(path, call, call.args[1], _words(call))
            for path, call in calls("notify")
            if call is not handed_on
        ),
        *(
            _owed(path, call, call.args[2], _words(call) | _words(handed_on))
            for path, call in calls("notify_applicant")
        ),
    ]


def _owed(path: str, call: ast.Call, kind: ast.expr, words: set[str | None]) -> Owed:
    fields = {str(word) for word in words - ADDRESSING}
    return Owed(f"{path}:{call.lineno}", _kind(kind), frozenset(fields))


def _words(call: ast.Call) -> set[str | None]:
    """The names of what a call gives by name; None for `**`."""
    return {word.arg for word in call.keywords}


def _kind(node: ast.expr) -> str:
    match node:
        case ast.Attribute(value=ast.Name(id="NoticeKind"), attr=name):
            return name
    return "not a fixed kind"


def template_of(kind: NoticeKind) -> str:
    return (TEMPLATES / "emails" / f"{kind.value}.txt").read_text(encoding="utf-8")


def wanted_by(text: str) -> set[str]:
    """The fields that a template asks for."""
    parsed = Environment(autoescape=False).parse(text)
    return meta.find_undeclared_variables(parsed)


def test_every_kind_of_notice_is_owed_somewhere() -> None:
    assert {owed.kind for owed in notices_owed()} == {kind.name for kind in NoticeKind}


def test_every_text_belongs_to_a_kind() -> None:
    texts = {path.stem for path in (TEMPLATES / "emails").iterdir()}
    assert texts == {kind.value for kind in NoticeKind}


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_notice_begins_with_its_subject_and_keeps_secrets_out_of_it(kind: NoticeKind) -> None:
    first, second, *rest = template_of(kind).splitlines()
    assert first.startswith("Subject: ")
    assert second == ""
    assert rest
    assert wanted_by(first) <= {"reference"}


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_notice_with_a_secret_is_forgotten_once_it_is_delivered(kind: NoticeKind) -> None:
    assert kind.is_secret == bool(SECRET & wanted_by(template_of(kind)))


@pytest.mark.parametrize("owed", notices_owed(), ids=lambda owed: f"{owed.kind} {owed.where}")
def test_a_notice_is_owed_with_the_fields_its_text_needs(owed: Owed) -> None:
    kind = NoticeKind[owed.kind]
    assert owed.fields <= FIELDS
    assert owed.fields == wanted_by(template_of(kind)) - GIVEN_TO_ALL
    said = {name: f"<{name}>" for name in (*owed.fields, *GIVEN_TO_ALL)}
    text = compose(kind, said)
    assert text.subject
    assert "\n" not in text.subject
    for name in wanted_by(template_of(kind)):
        assert f"<{name}>" in text.subject + text.body
