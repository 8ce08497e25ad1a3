"""Why a recording is on the list, as a handler reads it: how likely in words, the reasons, and
what each of them weighs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from portal.recordings.kinds import Certainty
from portal.recordings.models import Candidate

# As `recordings.reasons` writes it down with each candidate.
_ARITHMETIC = "Weight in bits: "
_PART = re.compile(r"(\w+) ([+−-]\d+(?:\.\d+)?)")
# A weight of so many bits, a thousand to one, fills half of the picture.
_FULL_BITS = 10.0
WIDTH = 80.0
_LEAST = 0.001


@dataclass(frozen=True)
class Weight:
    """What one thing says for or against a recording, in bits: each bit doubles or halves. The
    bar of its picture begins at `x` and is `width` wide, of `WIDTH` in all."""

    name: str
    words: str
    x: float
    width: float
    is_against: bool


@dataclass(frozen=True)
class Why:
    """Everything in the column: `doubt` is why its place is uncertain, or ""; `together` is the
    sum of the weights."""

    likely: str
    doubt: str
    reasons: Sequence[str]
    weights: Sequence[Weight]
    together: str


def why_of(candidate: Candidate) -> Why:
    """Read from what the search wrote down."""
    said = [reason for reason in candidate.reasons if not reason.startswith(_ARITHMETIC)]
    arithmetic = next((r for r in candidate.reasons if r.startswith(_ARITHMETIC)), "")
    is_uncertain = candidate.place is Certainty.UNCERTAIN
    return Why(
        likely=share_in_words(candidate.share),
        doubt=said[0] if said and is_uncertain else "",
        reasons=said[1:] if is_uncertain else said,
        weights=[
            _weight(name, float(bits.replace("−", "-")))
            for name, bits in _PART.findall(arithmetic.removeprefix(_ARITHMETIC))
        ],
        together=bits_in_words(candidate.score),
    )


def _weight(name: str, bits: float) -> Weight:
    half = WIDTH / 2
    width = round(min(abs(bits) / _FULL_BITS, 1.0) * half, 1)
    words = bits_in_words(bits)
    return Weight(name.capitalize(), words, half - width if bits < 0 else half, width, bits < 0)


def bits_in_words(bits: float) -> str:
    """A weight as it is written: "+1.5", "−0.3", or "0.0" for what hardly weighs."""
    return f"{bits:+.1f}".replace("-", "−") if abs(bits) >= 0.05 else "0.0"


def share_in_words(share: float) -> str:
    """A share from 0 to 1 as people say it: "about 1 in 3"."""
    if share < _LEAST:
        return "less than 1 in 1,000"
    if share < 0.45:
        return f"about 1 in {_rounded(1 / share):,}"
    for least, words in (
        (0.95, "more than 19 in 20"),
        (0.85, "about 9 in 10"),
        (0.71, "about 3 in 4"),
        (0.58, "about 2 in 3"),
    ):
        if share >= least:
            return words
    return "about 1 in 2"


def _rounded(number: float) -> int:
    """To one figure where it is large: nobody means 1 in 137."""
    if number < 20:
        return round(number)
    size = int(10 ** (len(str(int(number))) - 1))
    return round(number / size) * size
