"""What is in an answer, what is hidden on its copies, and what we keep back and why. Law: pure.

It stands beside the letter and never says more than the letter: nothing of a recording that is
held at level L3, and of one held at L2 no reason. "Nothing held" and "neither confirm nor deny"
read the same.
"""

from dataclasses import dataclass

from portal.dates import clock_in_words, day_in_words, in_london
from portal.disclosure.exemptions import Outcome, exemption, told, told_answers
from portal.disclosure.letter_writing import NOTHING_HIDDEN, LetterFacts
from portal.holds.policy import Level, strictest
from portal.letters.kinds import ClipLine
from portal.requests.endings import Ending

NO_VIDEO = "There is no video in this answer."
SEE_LETTER = "Our letter says what we decided and why, and what you can do if you do not agree."
SOME_KEPT_BACK = "We do not give you some video now. Our letter says what we can tell you of it."
# To those who read these two, nothing was found.
_NOTHING_FOUND = (Ending.NOT_HELD, Ending.NCND)


@dataclass(frozen=True)
class Section:
    """A heading and the sentences below it."""

    heading: str
    lines: tuple[str, ...]


def contents_of(facts: LetterFacts) -> tuple[Section, ...]:
    """What a package holds, in words of people, from the facts its letter is written from."""
    kept_back = _kept_back(facts)
    return (
        Section("What is in it", (*_videos(facts), SEE_LETTER)),
        *((Section("What we hid", (NOTHING_HIDDEN,)),) if facts.clips else ()),
        *((Section("What we do not give you, and why", kept_back),) if kept_back else ()),
    )


def as_text(sections: tuple[Section, ...], reference: str) -> str:
    """The page as plain text, which every computer can show."""
    title = f"What is in our answer to {reference}"
    parts = [f"{title}\n{'=' * len(title)}"]
    for section in sections:
        parts.append(f"{section.heading}\n{'-' * len(section.heading)}")
        parts += section.lines
    return "\n\n".join(parts) + "\n"


def _videos(facts: LetterFacts) -> tuple[str, ...]:
    if not facts.clips:
        return (NO_VIDEO,)
    return tuple(_video(number, clip) for number, clip in enumerate(facts.clips, 1))


def _video(number: int, clip: ClipLine) -> str:
    began = in_london(clip.started_at)
    filmed = f"filmed on {day_in_words(began.date())} at {clock_in_words(began.time())}"
    minutes, seconds = divmod(clip.duration_s, 60)
    lasting = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    return f"Video {number}, {filmed}, {lasting} long: {clip.file_name}"


def _kept_back(facts: LetterFacts) -> tuple[str, ...]:
    lines = [line for line in told(facts.lines) if line.outcome is not Outcome.RELEASE]
    if facts.whole is not None or facts.answer in _NOTHING_FOUND or not lines:
        return ()
    if strictest([Level.OPEN, *(line.level or Level.OPEN for line in lines)]) is not Level.OPEN:
        return (SOME_KEPT_BACK,)
    reasons = []
    for line in lines:
        ground = exemption(facts.regime, line.ground)
        reasons.append(f"We hold video back {ground.plain}.")
        reasons += told_answers(ground.questions, line.answers)
    return tuple(dict.fromkeys(reasons))
