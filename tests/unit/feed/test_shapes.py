"""What a body may look like: the words of the faults, and that schema and check agree."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from portal.feed.operations import CLOSE_MATTER, OPEN_MATTER
from portal.feed.shapes import Shape
from portal.web.problems import Fault

WHOLE: dict[str, Any] = {
    "reference": "OP-1",
    "kind": "H1",
    "level": "L2",
    "reason": "Evidence.",
    "recordings": ["A", "B"],
}


def faults(value: object, shape: Shape | None = OPEN_MATTER.body) -> list[Fault]:
    assert shape is not None
    return list(shape.faults(value))


def test_every_fault_is_named_where_it_is() -> None:
    body = {
        "kind": "H9",
        "level": 2,
        "reason": "a\x00b",
        "recordings": ["A", "", 7, " A ", "x" * 201],
        "re/ference~": 1,
    }
    assert faults(body) == [
        Fault("/re~1ference~0", "is not a member that we know"),
        Fault("/reference", "is missing"),
        Fault("/kind", "must be one of H1, H2, H3, H4, H5, H6, H7, H8"),
        Fault("/level", "must be one of L1, L2, L3"),
        Fault("/reason", "holds a character that cannot be printed"),
        Fault("/recordings/1", "is missing"),
        Fault("/recordings/2", "must be text"),
        Fault("/recordings/4", "is longer than 200 characters"),
        Fault("/recordings/3", "is in the list twice"),
    ]


def test_what_is_whole_has_no_fault() -> None:
    assert faults(WHOLE) == []
    assert faults(WHOLE | {"reason": "One line.\nAnother."}) == []
    assert faults(WHOLE | {"recordings": []}) == []


def test_what_is_no_object_or_no_list() -> None:
    assert faults([]) == [Fault("", "must be an object")]
    assert faults(WHOLE | {"recordings": {}}) == [Fault("/recordings", "must be a list")]
    many = [str(number) for number in range(1001)]
    said = "must have 0 to 1,000 entries, not 1,001"
    assert faults(WHOLE | {"recordings": many}) == [Fault("/recordings", said)]


def test_the_name_of_a_strange_member_is_cut_and_made_printable() -> None:
    (fault, *_) = faults({"\x1b[2J" + "x" * 500} and {"\x1b[2J" + "x" * 500: 1})
    assert fault.pointer.startswith("/\\x1b[2J") and len(fault.pointer) <= 61


words = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=6)
anything = st.none() | st.booleans() | st.integers() | words | st.lists(words, max_size=3)
bodies = st.dictionaries(
    st.sampled_from([*WHOLE, "why", "other"]), anything, max_size=6
) | st.builds(lambda given: WHOLE | given, st.dictionaries(st.sampled_from(list(WHOLE)), anything))


@given(bodies | anything)
def test_the_check_and_the_schema_agree(body: object) -> None:
    for operation in (OPEN_MATTER, CLOSE_MATTER):
        assert operation.body is not None
        is_fit = Draft202012Validator(operation.body.schema()).is_valid(body)
        found = faults(body, operation.body)
        # The check knows that spaces around a text do not count, and a schema cannot say so.
        if {fault.detail for fault in found} != {"is in the list twice"}:
            assert is_fit == (found == [])
