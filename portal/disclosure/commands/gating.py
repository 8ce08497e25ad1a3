"""Asking whether a decision still stands, under lock, at each step to the door: the holds, the
files, and the list of what was found."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session

from portal.disclosure.exemptions import Outcome, hold_grounds
from portal.disclosure.models import Decision, DecisionLine, Release, ReleaseFile
from portal.disclosure.queries.decisions import MasterFile, files_now, to_decide, unjudged
from portal.disclosure.queries.releases import NOT_NOW, sources_of
from portal.errors import Refused
from portal.holds import queries as holds
from portal.holds.models import Hold
from portal.holds.policy import Asker, Bar, Level, strictest
from portal.requests.asking import asker_of

# A search may find hundreds late; a page needs to name a few.
_MOST_NAMED = 10


@dataclass(frozen=True)
class Changed:
    """What has changed since the decision, by recording. Empty when the decision still stands.

    `barred` may not go and were to be released; `freed` are no longer held and were held back;
    of `relevelled` the applicant may be told more or less than was decided; `replaced` have
    another file; `found` have no line, because they came late; `uncopied` could not be copied;
    `regrounded` are held for another kind of matter, on which another ground applies.
    """

    barred: tuple[int, ...] = ()
    freed: tuple[int, ...] = ()
    relevelled: tuple[int, ...] = ()
    replaced: tuple[int, ...] = ()
    found: tuple[int, ...] = ()
    uncopied: tuple[int, ...] = ()
    regrounded: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return any(asdict(self).values())

    @property
    def counts(self) -> dict[str, int]:
        """How many recordings each change touches, for the book."""
        return {name: len(numbers) for name, numbers in asdict(self).items()}

    @property
    def explanation(self) -> str:
        """What happened, in words for the handler."""
        said = [
            _WORDS[name].format(_videos(numbers))
            for name, numbers in asdict(self).items()
            if numbers
        ]
        return " ".join([*said, "Nothing was sent. Decide again."])


_WORDS = {
    "barred": "A hold now bars {} that was to be released.",
    "freed": "The hold on {} has ended.",
    "relevelled": "A hold was placed or ended on {}, and that changes what may be told.",
    "replaced": "The video file of {} was replaced since the decision.",
    "found": "New video was found since the decision: {}.",
    "uncopied": "The video file of {} could not be copied: it is missing, or it is not the one "
    "in the catalogue.",
    "regrounded": "{} is held for another kind of matter now, so another ground applies.",
}


def changed(session: Session, decision: Decision) -> Changed:
    """How things differ from the decision. Locks its recordings until the transaction ends, so
    that no hold is placed or lifted and no file replaced between this answer and the commit; the
    caller has locked the request, so that nothing is found for it meanwhile. An answer to the
    whole request rests on no recording, so nothing can change under it."""
    if decision.whole_ground:
        return Changed()
    numbers = [line.recording_id for line in decision.lines]
    to = asker_of(session, decision.request_id)
    bars = locked_bars(session, numbers, to=to)
    held = holds.barring_holds(session, numbers, to=to)
    levels = {number: strictest(one.level for one in each) for number, each in held.items()}
    files = files_now(session, numbers)
    return Changed(
        barred=_where(decision, lambda line: _is_barred(line, bars[line.recording_id])),
        freed=_where(decision, lambda line: _is_freed(line, bars[line.recording_id])),
        relevelled=_where(decision, lambda line: _is_relevelled(line, levels)),
        replaced=_where(decision, lambda line: _is_replaced(line, files)),
        found=_found(session, decision, numbers),
        regrounded=_where(decision, lambda line: _is_regrounded(decision, line, held)),
    )


def locked_bars(
    session: Session, recording_ids: Iterable[int], *, to: Asker
) -> dict[int, Bar | None]:
    """The bar on each recording, locked in the order of their ids so that two never wait for
    each other."""
    numbers = sorted(set(recording_ids))
    return {number: holds.locked_bar(session, number, to=to) for number in numbers}


def refuse_barred(session: Session, release: Release, file: ReleaseFile) -> None:
    """Refused when a recording that this file is made from may not go now. Its recordings stay
    locked until the transaction ends, so that a hold comes before it or after it."""
    to = asker_of(session, release.request_id)
    if any(locked_bars(session, sources_of(release, file), to=to).values()):
        raise Refused(NOT_NOW)


def is_barred(session: Session, release: Release) -> bool:
    """Whether the gate bars anything of a release, asked under the same locks."""
    copies = (file.recording_id for file in release.files)
    numbers = [each for each in copies if each is not None]
    to = asker_of(session, release.request_id)
    return any(locked_bars(session, numbers, to=to).values())


def _is_barred(line: DecisionLine, bar: Bar | None) -> bool:
    return line.outcome is Outcome.RELEASE and bar is not None


def _is_freed(line: DecisionLine, bar: Bar | None) -> bool:
    return line.outcome is Outcome.HELD and bar is not Bar.HELD


def _is_relevelled(line: DecisionLine, levels: Mapping[int, Level]) -> bool:
    """Whether it is held back still, but at another level; or withheld, and held now."""
    level = levels.get(line.recording_id)
    return line.outcome is not Outcome.RELEASE and level not in (None, line.level)


def _is_replaced(line: DecisionLine, files: Mapping[int, MasterFile]) -> bool:
    return files.get(line.recording_id) != MasterFile(line.media, line.sha256)


def _is_regrounded(
    decision: Decision, line: DecisionLine, held: Mapping[int, Sequence[Hold]]
) -> bool:
    kinds = [hold.kind for hold in held.get(line.recording_id, ())]
    is_held = line.outcome is Outcome.HELD and bool(kinds)
    return is_held and line.ground not in hold_grounds(decision.regime, kinds)


def _found(session: Session, decision: Decision, decided: list[int]) -> tuple[int, ...]:
    """What nobody has judged yet, and matches that the decision says nothing of."""
    matched = {recording.id for recording in to_decide(session, decision.request_id)}
    late = set(unjudged(session, decision.request_id)) | (matched - set(decided))
    return tuple(sorted(late))


def _where(decision: Decision, test: Callable[[DecisionLine], bool]) -> tuple[int, ...]:
    return tuple(line.recording_id for line in decision.lines if test(line))


def _videos(numbers: tuple[int, ...]) -> str:
    if len(numbers) == 1:
        return f"recording {numbers[0]}"
    named = ", ".join(str(number) for number in numbers[:_MOST_NAMED])
    more = len(numbers) - _MOST_NAMED
    return f"recordings {named} and {more} more" if more > 0 else f"recordings {named}"
