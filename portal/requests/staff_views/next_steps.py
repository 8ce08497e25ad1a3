"""What can be done with a request now: the next steps first, then everything else.

Both lists come from the lifecycle's table. A step that waits for another role, or has something in
its way, is shown with why; of the rest only what this handler can do is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.actors import Actor
from portal.requests.lifecycle import BUTTONS, Event, Facts, next_events, obstacle
from portal.requests.models import FootageRequest
from portal.requests.staff_views.addresses import is_page, part_url


@dataclass(frozen=True)
class Step:
    """One thing that can be done. `why_not` is None when this handler may do it now."""

    label: str
    href: str
    why_not: str | None


@dataclass(frozen=True)
class Steps:
    """The next steps, and the other things that this handler can do."""

    next: Sequence[Step]
    others: Sequence[Step]


# Each button's words and the page where it is pressed; `round` is the newest decision's number.
_BUTTONS = {
    Event.IDENTITY_ASKED: ("Ask for proof of identity", "identity"),
    Event.IDENTITY_ACCEPTED: ("Accept identity", "identity"),
    Event.AUTHORITY_ASKED: ("Ask for authority to act", "identity/authority"),
    Event.AUTHORITY_ACCEPTED: ("Accept authority to act", "identity/authority"),
    Event.CLARIFICATION_ASKED: ("Ask for clarification", "clarify"),
    Event.FEE_ASKED: ("Ask for a fee", "time/fee"),
    Event.FEE_PAID: ("Note that the fee was paid", "time/fee-paid"),
    Event.EXTENDED: ("Take two more months", "time/extension"),
    Event.INTEREST_EXTENDED: ("Take longer to weigh the public interest", "time/public-interest"),
    Event.RECLASSIFIED: ("Change the law it falls under", "law"),
    Event.SEARCH_STARTED: ("Start looking for video", "find-video"),
    Event.SEARCH_FINISHED: ("Finish looking for video", "find-video"),
    Event.DECIDED: ("Decide", "decision"),
    Event.REFUSED: ("Refuse or answer the whole request", "decision/refuse"),
    Event.SENT_BACK: ("Send the decision back", "decision/{round}/send-back"),
    Event.SECONDED: ("Second the decision", "decision/{round}/second"),
    Event.PUBLISHED: ("Publish the answer", "decision/{round}/publish"),
    Event.RESTRICTION_REVIEWED: ("Check the restriction again", "restriction"),
    Event.REDIRECTED: ("Tell them whom to ask instead", "redirect"),
    Event.CLOSED: ("Close the request", "close"),
    Event.TAKEN_UP: ("Open again", "open-again"),
}

# What brings a request on its way to an answer; everything else is beside that way.
_ON_THE_WAY = frozenset(
    {
        Event.IDENTITY_ASKED,
        Event.IDENTITY_ACCEPTED,
        Event.AUTHORITY_ASKED,
        Event.AUTHORITY_ACCEPTED,
        Event.FEE_PAID,
        Event.SEARCH_STARTED,
        Event.SEARCH_FINISHED,
        Event.DECIDED,
        Event.SENT_BACK,
        Event.SECONDED,
        Event.PUBLISHED,
        Event.RESTRICTION_REVIEWED,
        Event.TAKEN_UP,
    }
)

# With a search that was too wide to make whole, asking is on the way too.
_SEARCH_NEEDS, _ASK_WHEN_OR_WHERE = Event.CLARIFICATION_ASKED, "Ask when or where"

# Each of them begins a round.
_DECISIONS = (Event.DECIDED, Event.REFUSED)


def next_steps(footage_request: FootageRequest, facts: Facts, by: Actor) -> Steps:
    """The lifecycle's next events as this handler sees them, as far as they have a page."""
    events = [e for e in next_events(footage_request.status) if not _is_beside_the_point(e, facts)]
    shown = [(event, step_of(event, footage_request, facts, by)) for event in events]
    there = [(event, step) for event, step in shown if is_page(step.href)]
    on_the_way = _ON_THE_WAY | {_SEARCH_NEEDS} if facts.is_search_too_wide else _ON_THE_WAY
    return Steps(
        # What the search waits for comes first: what was not searched is being deleted.
        next=sorted(
            (step for event, step in there if event in on_the_way),
            key=lambda step: step.label != _ASK_WHEN_OR_WHERE,
        ),
        others=[s for event, s in there if event not in on_the_way and s.why_not is None],
    )


def _is_beside_the_point(event: Event, facts: Facts) -> bool:
    """FOIA s.8 asks for no identity; and what was accepted is not asked for again."""
    if event in (Event.IDENTITY_ASKED, Event.IDENTITY_ACCEPTED):
        return facts.is_identity_accepted or not facts.regime.is_sar
    if event in (Event.AUTHORITY_ASKED, Event.AUTHORITY_ACCEPTED):
        return facts.is_authority_accepted or not facts.is_authority_needed
    return False


def step_of(event: Event, footage_request: FootageRequest, facts: Facts, by: Actor) -> Step:
    """One event as this handler sees it: where to press, and why not, if not."""
    label, part = _BUTTONS[event]
    if event is _SEARCH_NEEDS and facts.is_search_too_wide:
        label = _ASK_WHEN_OR_WHERE
    made = [step for step in footage_request.steps if step.event in _DECISIONS]
    why_not = obstacle(event, facts) or _not_yours(event, by)
    if event is Event.SECONDED and made and made[-1].actor_id == by.id:
        why_not = why_not or "You made this decision. Somebody else must second it."
    href = part_url(footage_request.reference, part.format(round=len(made)))
    return Step(label, href, why_not)


def _not_yours(event: Event, by: Actor) -> str | None:
    if by.has(*BUTTONS[event]):
        return None
    who = sorted(role.label.lower() for role in BUTTONS[event])
    return f"For handlers with the role {' or '.join(who)}."
