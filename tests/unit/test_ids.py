"""Names for things: what can be typed, what can be read aloud, and what cannot be guessed."""

import re

import pytest

from portal.ids import digest, new_code, new_id, new_reference, new_token, tidy_reference

REFERENCE = re.compile(r"BWV-[2-9BCDFGHJKMNPQRSTVWXYZ]{4}-[2-9BCDFGHJKMNPQRSTVWXYZ]{4}")


def test_a_reference_has_no_letter_that_is_misheard_or_misread() -> None:
    made = {new_reference() for _ in range(2000)}
    assert len(made) == 2000
    assert all(REFERENCE.fullmatch(reference) for reference in made)
    letters = {letter for reference in made for letter in reference[4:].replace("-", "")}
    assert len(letters) == 28
    assert letters.isdisjoint("AEIOU01L")


@pytest.mark.parametrize(
    "typed",
    [
        "BWV-7K3Q-M2XD",
        "bwv-7k3q-m2xd",
        " BWV 7K3Q M2XD ",
        "BWV7K3QM2XD",
        "bwv–7k3q–m2xd",
        "BWV/7K3Q/M2XD.",
    ],
)
def test_a_reference_is_known_however_it_is_typed(typed: str) -> None:
    assert tidy_reference(typed) == "BWV-7K3Q-M2XD"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "BWV",
        "7K3Q-M2XD",
        "BWV-7K3Q-M2X",
        "BWV-7K3Q-M2XDD",
        "BWV-AAAA-0000",
        "ABC-7K3Q-M2XD",
        "é",
    ],
)
def test_what_is_no_reference_is_none(typed: str) -> None:
    assert tidy_reference(typed) is None


def test_every_new_reference_is_known_again() -> None:
    for _ in range(200):
        reference = new_reference()
        assert tidy_reference(reference.lower().replace("-", " ")) == reference


def test_a_code_keeps_its_leading_zeros() -> None:
    codes = [new_code() for _ in range(2000)]
    assert {len(code) for code in codes} == {8}
    assert all(code.isascii() and code.isdigit() for code in codes)
    assert any(code.startswith("0") for code in codes)
    assert len(new_code(6)) == 6


@pytest.mark.parametrize(("bits", "at_least"), [(128, 21), (256, 42)])
def test_a_token_is_as_long_as_it_must_be_and_fits_an_address(bits: int, at_least: int) -> None:
    tokens = {new_token(bits) for _ in range(500)}
    assert len(tokens) == 500
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", token) for token in tokens)
    assert min(map(len, tokens)) > at_least


def test_identifiers_are_random() -> None:
    assert len({new_id() for _ in range(500)}) == 500
    assert new_id().version == 4


def test_a_digest_is_sha_256_of_the_bytes_or_the_utf_8_text() -> None:
    assert digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest("é") == digest("é".encode())
