"""No letter goes out that tells less than the law promises."""

from importlib.resources import files
from itertools import product
from typing import Any

import pytest

from portal.errors import Refused
from portal.letters.kinds import (
    COMMON,
    REGIMES_OF,
    REQUIRED,
    LetterKind,
    known_fields,
    missing_fields,
    refuse_incomplete,
)
from portal.letters.words import STANDARD_WORDS
from tests.factories.letters import COMMON as SHARED
from tests.factories.letters import COMPLETE, complete


def test_every_kind_has_its_fields_its_template_and_an_example() -> None:
    templates = files("portal").joinpath("templates/letters")
    for kind in LetterKind:
        assert kind in REQUIRED
        assert templates.joinpath(f"{kind}.html").is_file()
        assert kind in {of for of, _, _ in COMPLETE}


def test_every_template_is_of_a_kind() -> None:
    names = {path.name for path in files("portal").joinpath("templates/letters").iterdir()}
    pages = {name for name in names if name.endswith(".html") and not name.startswith("_")}
    assert pages == {f"{kind}.html" for kind in LetterKind}


@pytest.mark.parametrize(("kind", "case", "own"), COMPLETE)
def test_a_complete_letter_misses_nothing(kind: LetterKind, case: str, own: dict[str, Any]) -> None:
    fields = {**SHARED, **own}
    assert missing_fields(kind, fields) == ()
    refuse_incomplete(kind, fields)


@pytest.mark.parametrize(("kind", "case", "own"), COMPLETE)
def test_a_blank_required_field_stops_the_letter(
    kind: LetterKind, case: str, own: dict[str, Any]
) -> None:
    given = {**SHARED, **own}
    needed = [field.name for field in (*COMMON, *REQUIRED[kind]) if field.when(given)]
    assert needed
    # One test for each letter: a test for each field were four in ten of all there are.
    for name, blank in product(needed, (None, "", " \n\t ", [], ["", " "])):
        fields = {**given, name: blank}
        assert name in missing_fields(kind, fields), f"{name} is {blank!r}"
        with pytest.raises(Refused, match="cannot be issued"):
            refuse_incomplete(kind, fields)


def test_the_refusal_names_what_is_blank_in_plain_words() -> None:
    fields = complete(LetterKind.RESTRICTION, review_on=None, reasons=" ")
    with pytest.raises(Refused, match=r"the reasons, the date we check again\.$"):
        refuse_incomplete(LetterKind.RESTRICTION, fields)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (LetterKind.RESTRICTION, "level", "L3"),
        (LetterKind.RESTRICTION, "limbs", ["b", "f"]),
        (LetterKind.FOI_REFUSAL, "holding", "maybe"),
        (LetterKind.ACK, "regime", "other"),
    ],
)
def test_a_choice_nobody_offers_counts_as_blank(kind: LetterKind, name: str, value: object) -> None:
    assert missing_fields(kind, {**complete(kind), name: value}) == (name,)


@pytest.mark.parametrize(
    ("kind", "regime"),
    [
        (kind, regime)
        for kind, allowed in REGIMES_OF.items()
        for regime in ("sar_part3", "sar_gdpr", "foi")
        if regime not in allowed
    ],
)
def test_a_letter_does_not_speak_for_another_law(kind: LetterKind, regime: str) -> None:
    assert "regime" in missing_fields(kind, complete(kind, regime=regime))


def test_a_misspelt_field_is_noticed() -> None:
    with pytest.raises(Refused, match="no place for: desision"):
        refuse_incomplete(LetterKind.ACK, complete(LetterKind.ACK, desision="x"))


def test_neither_confirm_nor_deny_has_no_place_for_what_is_held() -> None:
    """Whatever the portal knows about recordings and holds, this letter cannot say it."""
    common = {field.name for field in COMMON}
    own = set(known_fields(LetterKind.NCND)) - common
    # Whether video or information was asked for is theirs, and says nothing of what there is.
    told = {"exemption_section", "decided_by", "asked_for_information"}
    assert own == {*told, "book_head", "representative_name"}


def test_a_restriction_at_level_two_needs_no_reasons_but_every_right() -> None:
    """DPA 2018 s.45(6): the reasons may be left out, the way to complain never."""
    fields = complete(LetterKind.RESTRICTION, 2)
    assert "reasons" not in fields
    assert missing_fields(LetterKind.RESTRICTION, fields) == ()
    assert "regulator_name" in missing_fields(
        LetterKind.RESTRICTION, {**fields, "regulator_name": ""}
    )


def test_standard_words_belong_to_fields_that_exist() -> None:
    places = {name for kind in LetterKind for name in known_fields(kind)}
    assert set(STANDARD_WORDS) <= places
