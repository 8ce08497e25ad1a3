"""What the worker does for retention and for holds: the files of deleted recordings go too, and
those who own holds are told when some are to be looked at again."""

from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from portal.dates import london_day
from portal.holds.looking import SOON
from portal.holds.queries import holds_due
from portal.house import House
from portal.notifications.commands import notify
from portal.notifications.notices import NoticeKind
from portal.outbox.commands import Lease
from portal.recordings.bulk import prepare
from portal.recordings.queries import media_in_use


def delete_footage(house: House, held: Lease) -> Callable[[Session], None]:
    """Delete the master files of recordings that routine deletion took, but for one that a
    recording taken in since then names too."""
    given = held.payload["media"]
    # A job that was owed before all files of a page were one job names one file.
    files = [given] if isinstance(given, str) else given
    for file in files:
        _delete_unless_needed(house, file)
    return lambda session: None


def _delete_unless_needed(house: House, file: str) -> None:
    """Ask and delete while no import writes, which could name the file in between. Each file by
    itself, so that an import never waits for more than one."""
    with house.db.writing() as session:
        prepare(session)
        if not media_in_use(session, [file]):
            house.footage.delete(file)


REMIND_OWNERS = "remind_hold_owners"


def remind_owners(house: House, held: Lease) -> Callable[[Session], None]:
    """Once a week: tell those who own holds that some are to be looked at again in the next days.
    The e-mail names none of them, nor how many there are."""

    def tell(session: Session) -> None:
        today = london_day(house.now())
        if holds_due(session, today + SOON):
            notify(
                session,
                NoticeKind.HOLDS_TO_REVIEW,
                to=house.settings.hold_owners_email,
                key=f"holds_to_review:{week_of(today)}",
                at=house.now(),
                path="/office/matters/holds-to-review",
            )

    return tell


def week_of(day: date) -> str:
    """The name of the week that a day is in, from Monday to Sunday."""
    year, week, _ = day.isocalendar()
    return f"{year}-{week:02}"
