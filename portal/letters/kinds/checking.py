"""Whether a letter says all it must, and nothing that it has no place for."""

from portal.errors import Refused
from portal.letters.kinds.fields import Field, Fields, LetterKind, is_blank
from portal.letters.kinds.permitted import COMMON_OPTIONAL, OPTIONAL, REGIMES_OF
from portal.letters.kinds.required import COMMON, REGIMES, REQUIRED


def missing_fields(kind: LetterKind, fields: Fields) -> tuple[str, ...]:
    """Return the names of required fields that are blank, or hold none of the allowed choices.

    A field that only some letters of the kind need counts when this letter needs it, and a
    regime whose words this kind does not speak counts as blank.
    """
    return tuple(
        field.name
        for field in _fields_of(kind)
        if field.when(fields) and not _is_usable(field, fields.get(field.name))
    )


def refuse_incomplete(kind: LetterKind, fields: Fields) -> None:
    """Raise `Refused`, naming in plain words what is still blank or does not belong there."""
    if unknown := sorted(set(fields) - set(known_fields(kind))):
        raise Refused(f"This letter has no place for: {', '.join(unknown)}.")
    if missing := missing_fields(kind, fields):
        plain = {field.name: field.plain for field in _fields_of(kind)}
        blanks = ", ".join(plain[name] for name in missing)
        raise Refused(f"This letter cannot be issued. Still blank: {blanks}.")


def known_fields(kind: LetterKind) -> tuple[str, ...]:
    """Return the name of every field a letter of this kind has a place for."""
    needed = [field.name for field in _fields_of(kind)]
    return tuple(dict.fromkeys([*needed, *OPTIONAL.get(kind, ()), *COMMON_OPTIONAL]))


def _fields_of(kind: LetterKind) -> tuple[Field, ...]:
    regime = Field("regime", "a law this letter can speak for", REGIMES_OF.get(kind, REGIMES))
    common = tuple(regime if field.name == "regime" else field for field in COMMON)
    return (*common, *REQUIRED[kind])


def _is_usable(field: Field, value: object) -> bool:
    if is_blank(value):
        return False
    values = value if isinstance(value, list | tuple) else [value]
    return not field.choices or all(each in field.choices for each in values)
