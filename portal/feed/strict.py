"""Reading JSON strictly: what two readers could understand in two ways is refused. Law.

RFC 8259 leaves open what a key given twice means, and Python's reader lets numbers pass that JSON
does not have. Bodies of this feed are RFC 8259 in UTF-8, with every key once, finite numbers, and
no deeper than anything the feed describes could be.
"""

import json
import math
import re
from typing import Any, NoReturn

from portal.feed.problems import NOT_STRICT_JSON
from portal.web.problems import Problem

DEEPEST = 16
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def strict_json(body: bytes) -> Any:
    """What the body says. Raises a 400 `Problem` that says what is wrong with it."""
    try:
        held = json.loads(
            body.decode("utf-8"),
            parse_constant=_no_constant,
            parse_float=_finite,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError:
        _refuse("The body is not UTF-8.")
    except json.JSONDecodeError as fault:
        _refuse(f"{fault.msg} at character {fault.pos + 1}.")
    except RecursionError:
        _refuse(f"The body is nested more than {DEEPEST} deep.")
    except ValueError:  # a whole number of thousands of digits
        _refuse("The body holds a number that is too long.")
    _check_depth(held)
    if _SURROGATE.search(body):
        _check_encodable(held)
    return held


def _check_encodable(held: Any) -> None:
    """Half a character, which an escape can write, is in no text that anybody can store."""
    try:
        json.dumps(held, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        _refuse("A text holds half a character.")


def _check_depth(held: Any) -> None:
    level = [held]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    if any(isinstance(inner, list | dict) for inner in level):
        _refuse(f"The body is nested more than {DEEPEST} deep.")


def _inside(outer: Any) -> Any:
    if isinstance(outer, dict):
        return outer.values()
    return outer if isinstance(outer, list) else ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) < len(pairs):
        _refuse("An object gives a key twice.")
    return held


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _refuse("The body holds a number that is too large.")
    return number


def _no_constant(name: str) -> NoReturn:
    _refuse(f"{name} is not JSON.")


def _refuse(detail: str) -> NoReturn:
    raise Problem(NOT_STRICT_JSON, detail)
