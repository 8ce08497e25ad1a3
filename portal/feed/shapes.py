"""What a body may look like: said once, checked here and drawn into the OpenAPI document. Law.

Each shape gives its JSON Schema (draft 2020-12) and finds every fault of a value, so that the
document cannot promise what the check does not keep.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from portal.web.problems import Fault

Schema = dict[str, Any]
# More faults than anybody reads would only make the answer long.
MOST_FAULTS = 100


class Shape(Protocol):
    """Something that a JSON value can be."""

    def schema(self) -> Schema:
        """Its JSON Schema."""

    def faults(self, value: object, at: str = "") -> Iterator[Fault]:
        """What is wrong with the value that stands at that JSON pointer; nothing when it fits."""


@dataclass(frozen=True)
class Text:
    """Printable text with something in it; spaces around it do not count."""

    longest: int
    about: str

    def schema(self) -> Schema:
        """Its JSON Schema."""
        return {
            "type": "string",
            "minLength": 1,
            "maxLength": self.longest,
            "pattern": r"\S",
            "description": self.about,
        }

    def faults(self, value: object, at: str = "") -> Iterator[Fault]:
        """What is wrong with the value."""
        if not isinstance(value, str):
            yield Fault(at, "must be text")
        elif not value.strip():
            yield Fault(at, "is missing")
        elif len(value) > self.longest:
            yield Fault(at, f"is longer than {self.longest:,} characters")
        elif not all(sign.isprintable() or sign == "\n" for sign in value):
            yield Fault(at, "holds a character that cannot be printed")


@dataclass(frozen=True)
class Written:
    """Text that is written in one way, such as its `like`."""

    pattern: str
    like: str
    about: str

    def schema(self) -> Schema:
        """Its JSON Schema."""
        return {"type": "string", "pattern": f"^{self.pattern}$", "description": self.about}

    def faults(self, value: object, at: str = "") -> Iterator[Fault]:
        """What is wrong with the value."""
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value):
            yield Fault(at, f"must be written like {self.like}")


@dataclass(frozen=True)
class OneOf:
    """One of some words, each with its meaning."""

    words: type[StrEnum]
    meanings: Mapping[Any, str]
    about: str

    def schema(self) -> Schema:
        """Its JSON Schema."""
        meant = "; ".join(f"`{word.value}` {self.meanings[word]}" for word in self.words)
        return {
            "type": "string",
            "enum": [word.value for word in self.words],
            "description": f"{self.about}: {meant}.",
        }

    def faults(self, value: object, at: str = "") -> Iterator[Fault]:
        """What is wrong with the value."""
        known = [word.value for word in self.words]
        if not isinstance(value, str) or value not in known:
            yield Fault(at, f"must be one of {', '.join(known)}")


@dataclass(frozen=True)
class ListOf:
    """Between `least` and `most` values of one shape, none of them twice if so said."""

    inner: Shape
    least: int
    most: int
    about: str
    is_each_once: bool = False

    def schema(self) -> Schema:
        """Its JSON Schema."""
        told: Schema = {
            "type": "array",
            "items": self.inner.schema(),
            "minItems": self.least,
            "maxItems": self.most,
            "description": self.about,
        }
        return told | ({"uniqueItems": True} if self.is_each_once else {})

    def faults(self, value: object, at: str = "") -> Iterator[Fault]:
        """What is wrong with the value."""
        if not isinstance(value, list):
            yield Fault(at, "must be a list")
        elif not self.least <= len(value) <= self.most:
            yield Fault(
                at, f"must have {self.least:,} to {self.most:,} entries, not {len(value):,}"
            )
        else:
            for number, inner in enumerate(value):
                yield from self.inner.faults(inner, f"{at}/{number}")
            if self.is_each_once:
                yield from _twice(value, at)


def _twice(value: list[object], at: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, inner in enumerate(value):
        text = inner.strip() if isinstance(inner, str) else repr(inner)
        if text in seen:
            yield Fault(f"{at}/{number}", "is in the list twice")
        seen.add(text)


@dataclass(frozen=True)
class Members:
    """An object with exactly these members, all of them required."""

    parts: Mapping[str, Shape]

    def schema(self) -> Schema:
        """Its JSON Schema."""
        return {
            "type": "object",
            "properties": {name: shape.schema() for name, shape in self.parts.items()},
            "required": list(self.parts),
            "additionalProperties": False,
        }

    def faults(self, value: object, at: str = "") -> Iterator[Fault]:
        """What is wrong with the value."""
        if not isinstance(value, dict):
            yield Fault(at, "must be an object")
            return
        for name in value.keys() - self.parts.keys():
            yield Fault(f"{at}/{_escaped(name)}", "is not a member that we know")
        for name, shape in self.parts.items():
            if name in value:
                yield from shape.faults(value[name], f"{at}/{name}")
            else:
                yield Fault(f"{at}/{name}", "is missing")


def _escaped(name: str) -> str:
    """A member's name in a pointer, short and printable."""
    return ascii(name)[1:-1][:60].replace("~", "~0").replace("/", "~1")


@dataclass(frozen=True)
class Elsewhere:
    """A value that another check judges one by one, so that a bad one spoils no other."""

    reference: str

    def schema(self) -> Schema:
        """Its JSON Schema."""
        return {"$ref": self.reference}

    def faults(self, value: object, at: str = "") -> Iterator[Fault]:
        """Nothing: the one who judges it says so in the results."""
        yield from ()
