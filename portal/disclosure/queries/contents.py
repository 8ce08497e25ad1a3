"""What is in a release, for the page where it is collected."""

from sqlalchemy.orm import Session

from portal.config import Settings
from portal.dates import london_day
from portal.disclosure.contents import Section, contents_of
from portal.disclosure.queries.collecting import Entered
from portal.disclosure.queries.decisions import by_id
from portal.disclosure.queries.letters import letter_facts
from portal.disclosure.queries.releases import bar_on


def contents_page(
    session: Session, found: Entered | None, *, settings: Settings
) -> tuple[Section, ...]:
    """The words of the page in the package that says what is in it. Nothing while the gate bars
    any of it, because it tells of every copy, and nothing for somebody who is not inside."""
    if found is None or found.ended is not None:
        return ()
    release = found.link.release
    if any(bar_on(session, release, file) is not None for file in release.files):
        return ()
    facts = letter_facts(
        session,
        by_id(session, release.decision_id),
        settings=settings,
        dated_on=london_day(release.packed_at),
        expires_on=london_day(release.expires_at),
        fingerprints={},
    )
    return contents_of(facts)
