"""Video is unlocked as often as a link allows and no oftener, however many try at once."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from portal.disclosure.commands import revoke, type_passphrase
from portal.disclosure.models import DownloadLink, Opening, OpeningKind
from portal.disclosure.queries.collecting import entered
from portal.errors import TooMany
from portal.house import House
from portal.identity.codes import MOST_ISSUED
from portal.identity.commands.codes import grant_visit, issue_code
from portal.identity.models import OneTimeCode, Visit
from portal.identity.passphrases import PassphraseVerdict
from portal.identity.proof import CodePurpose
from portal.ids import digest, new_id
from tests.factories.disclosure import PASSPHRASE, Ready, answered, ready_to_decide

AT_ONCE = int(os.environ.get("UNLOCKINGS", "100"))


@pytest.fixture
def ready(house: House) -> Ready:
    return ready_to_decide(house)


@pytest.fixture
def link(house: House, ready: Ready) -> DownloadLink:
    return answered(house, ready)


def browsers(house: House, link: DownloadLink, how_many: int) -> list[str]:
    """So many browsers in which the code was typed."""
    named = [digest(f"browser {number}") for number in range(how_many)]
    with house.db.writing() as session:
        for browser in named:
            grant_visit(
                session,
                purpose=CodePurpose.DOWNLOAD,
                subject_id=link.id,
                browser=browser,
                at=house.now(),
            )
    return named


def unlock(
    house: House, link: DownloadLink, browser: str, typed: str = PASSPHRASE
) -> PassphraseVerdict:
    with house.db.writing() as session:
        return type_passphrase(
            session, selector=link.selector, typed=typed, browser=browser, at=house.now()
        )


def let_at_most(house: House, link: DownloadLink, most: int) -> None:
    with house.db.writing() as session:
        session.get_one(DownloadLink, link.id).most_sessions = most


@pytest.mark.parametrize("most", [1, 3])
def test_many_at_once_get_no_more_than_there_are(
    house: House, link: DownloadLink, most: int
) -> None:
    let_at_most(house, link, most)
    named = browsers(house, link, AT_ONCE)
    with ThreadPoolExecutor(12) as pool:
        verdicts = list(pool.map(lambda browser: unlock(house, link, browser), named))
    assert verdicts.count(PassphraseVerdict.RIGHT) == most
    assert verdicts.count(PassphraseVerdict.NOT_ASKED) == AT_ONCE - most
    with house.db.reading() as session:
        assert session.get_one(DownloadLink, link.id).sessions == most
        opened = sa.select(sa.func.count()).where(Visit.purpose == CodePurpose.FOOTAGE)
        assert session.scalar(opened) == most
        noted = sa.select(sa.func.count()).where(Opening.what == OpeningKind.UNLOCKED)
        assert session.scalar(noted) == most


def test_the_database_counts_too(house: House, link: DownloadLink) -> None:
    with pytest.raises(IntegrityError), house.db.writing() as session:
        session.execute(sa.update(DownloadLink).values(sessions=21))


def test_one_browser_that_unlocked_it_counts_once(house: House, link: DownloadLink) -> None:
    (mine,) = browsers(house, link, 1)
    assert unlock(house, link, mine) is PassphraseVerdict.RIGHT
    assert unlock(house, link, mine) is PassphraseVerdict.NOT_ASKED
    with house.db.reading() as session:
        assert session.get_one(DownloadLink, link.id).sessions == 1


def test_a_wrong_one_counts_nothing_and_opens_nothing(house: House, link: DownloadLink) -> None:
    (mine,) = browsers(house, link, 1)
    assert unlock(house, link, mine, "not this one") is PassphraseVerdict.WRONG
    with house.db.reading() as session:
        assert session.get_one(DownloadLink, link.id).sessions == 0
        assert session.scalars(sa.select(Visit.purpose)).all() == [CodePurpose.DOWNLOAD]


def test_closing_the_link_ends_what_was_unlocked(
    house: House, link: DownloadLink, ready: Ready
) -> None:
    (mine,) = browsers(house, link, 1)
    unlock(house, link, mine)
    with house.db.writing() as session:
        revoke(session, link_id=link.id, why="Lost.", by=ready.staff.decider, at=house.now())
    with house.db.reading() as session:
        ends = session.scalars(sa.select(Visit.ended_at).where(Visit.subject_id == link.id)).all()
        assert ends == [house.now()] * 2
        assert entered(session, selector=link.selector, browser=mine, at=house.now()) is None
    assert unlock(house, link, mine) is PassphraseVerdict.NOT_ASKED


def test_codes_asked_for_at_once_are_no_more_than_may_be(house: House) -> None:
    subject_id = new_id()

    def ask(number: int) -> bool:
        try:
            with house.db.writing() as session:
                issue_code(
                    session,
                    purpose=CodePurpose.DOWNLOAD,
                    subject_id=subject_id,
                    browser=digest(f"browser {number}"),
                    at=house.now(),
                )
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        asked = list(pool.map(ask, range(40)))
    assert asked.count(True) == MOST_ISSUED[0][0]
    with house.db.reading() as session:
        assert len(session.scalars(sa.select(OneTimeCode)).all()) == MOST_ISSUED[0][0]
