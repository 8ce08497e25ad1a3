"""What a handler reads when a decision no longer stands."""

import dataclasses

import pytest

from portal.disclosure.commands.gating import Changed

KINDS = [field.name for field in dataclasses.fields(Changed)]


def test_nothing_changed_is_false_and_counts_nothing() -> None:
    assert not Changed()
    assert Changed().counts == dict.fromkeys(KINDS, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_counts_and_has_its_own_words(kind: str) -> None:
    change = Changed(**{kind: (7,)})
    assert change
    assert change.counts == {**dict.fromkeys(KINDS, 0), kind: 1}
    assert "recording 7" in change.explanation
    assert change.explanation.endswith(" Nothing was sent. Decide again.")
    others = {Changed(**{other: (7,)}).explanation for other in KINDS if other != kind}
    assert change.explanation not in others


def test_several_are_listed_and_very_many_are_counted() -> None:
    assert "recordings 1, 2." in Changed(found=(1, 2)).explanation
    assert "8, 9, 10." in Changed(found=tuple(range(1, 11))).explanation
    many = Changed(found=tuple(range(1, 301))).explanation
    assert "recordings 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 290 more." in many


def test_all_that_happened_is_said() -> None:
    said = Changed(barred=(1,), replaced=(2,)).explanation
    assert "bars recording 1" in said
    assert "file of recording 2" in said
