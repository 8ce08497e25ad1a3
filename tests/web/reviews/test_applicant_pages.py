"""The applicant's pages: the ways there are, asking, and what becomes of it."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from portal.holds.policy import Level
from portal.house import House
from portal.requests.intake import AboutWhom
from portal.reviews.commands.answering import Finding, answer
from portal.reviews.commands.handling import find_exceptional
from portal.reviews.kinds import ReviewKind, ReviewOutcome
from portal.reviews.queries import reviews_of
from tests.conftest import Clock
from tests.factories.disclosure import Ready, answered, held_line, place_hold, ready_to_decide
from tests.factories.reviews import NOT_UPHELD, answered_request, asked, reviewers

Browser = Callable[[Ready], FlaskClient]
REVIEW, COMPLAINT = ReviewKind.INTERNAL_REVIEW, ReviewKind.COMPLAINT


def path(ready: Ready, rest: str = "") -> str:
    return f"/your-request/{ready.reference}/look-again{rest}"


def page(client: FlaskClient, ready: Ready, rest: str = "") -> str:
    shown = client.get(path(ready, rest))
    assert shown.status_code == 200
    return shown.text


def test_the_own_page_leads_there(sqlite_house: House, browser_of: Browser) -> None:
    ready = answered_request(sqlite_house)
    own = browser_of(ready).get(f"/your-request/{ready.reference}").text
    assert f'href="{path(ready)}">Ask us to look again, or complain</a>' in own


def test_somebody_else_sees_nothing(sqlite_house: House, client: FlaskClient) -> None:
    ready = answered_request(sqlite_house)
    asked(sqlite_house, ready.request_id)
    shown = client.get(path(ready))
    assert shown.status_code == 303
    assert shown.location.endswith(f"/your-request/{ready.reference}/show-it-is-you")
    for rest in ("/internal-review", "/internal-review/sent", "/internal-review/calendar.ics"):
        assert client.get(path(ready, rest)).status_code == 404
    assert client.post(path(ready, "/internal-review"), data={"words": "Mine."}).status_code == 404
    with sqlite_house.db.reading() as session:
        assert len(reviews_of(session, ready.request_id)) == 1


def test_an_foi_applicant_reads_what_a_review_can_do_and_until_when(
    sqlite_house: House, browser_of: Browser
) -> None:
    ready = answered_request(sqlite_house)
    shown = page(browser_of(ready), ready)
    assert "internal review" in shown
    # The 40th working day after 2 November 2026, past St Andrew’s Day and Christmas.
    assert "Ask by <strong>Thursday 31 December 2026</strong>" in shown
    assert "Information Commissioner" in shown
    assert "Wycliffe House" in shown
    assert "section 50" in shown
    assert "section 165" not in shown


def test_a_person_whose_data_it_is_reads_what_a_complaint_can_do(
    sqlite_house: House, browser_of: Browser
) -> None:
    ready = answered_request(sqlite_house, about=AboutWhom.ME)
    shown = page(browser_of(ready), ready)
    for words in ("data protection complaint", "section 165", "section 51", "section 167"):
        assert words in shown
    assert "internal review" not in shown


def test_before_we_answer_a_complaint_is_open_and_a_review_is_not(
    sqlite_house: House, browser_of: Browser
) -> None:
    own = ready_to_decide(sqlite_house)
    assert 'href="' + path(own, "/complaint") in page(browser_of(own), own)
    general = ready_to_decide(sqlite_house, about=AboutWhom.GENERAL)
    client = browser_of(general)
    shown = page(client, general)
    assert "when you have our answer" in shown
    assert path(general, "/internal-review") not in shown
    there = client.get(path(general, "/internal-review"))
    assert (there.status_code, there.location) == (303, path(general))


@pytest.mark.parametrize(
    ("about", "slug", "missing"),
    [
        (AboutWhom.GENERAL, "internal-review", "Enter what you do not agree with"),
        (AboutWhom.ME, "complaint", "Enter what went wrong"),
    ],
)
def test_asking(
    sqlite_house: House, browser_of: Browser, about: AboutWhom, slug: str, missing: str
) -> None:
    ready = answered_request(sqlite_house, about=about)
    client = browser_of(ready)
    empty = client.post(path(ready, f"/{slug}"), data={"words": "  "})
    assert empty.status_code == 422
    assert missing in empty.text
    long = client.post(path(ready, f"/{slug}"), data={"words": "too long " * 500})
    assert long.status_code == 422
    assert "What you tell us must be 4,000 characters or fewer" in long.text
    assert "too long too long" in long.text
    sent = client.post(path(ready, f"/{slug}"), data={"words": "The second camera."})
    assert (sent.status_code, sent.location) == (303, path(ready, f"/{slug}/sent"))
    with sqlite_house.db.reading() as session:
        (made,) = reviews_of(session, ready.request_id)
    assert made.words == "The second camera."
    done = page(client, ready, f"/{slug}/sent")
    assert "2 November 2026" in done
    assert "We will tell you what we found by" in done
    assert "How we worked out this date" in done


def test_the_same_button_twice_is_one_review(sqlite_house: House, browser_of: Browser) -> None:
    ready = answered_request(sqlite_house)
    client = browser_of(ready)
    for _ in range(2):
        sent = client.post(path(ready, "/internal-review"), data={"words": "Again."})
        assert sent.location == path(ready, "/internal-review/sent")
    with sqlite_house.db.reading() as session:
        assert len(reviews_of(session, ready.request_id)) == 1


def test_the_other_laws_way_leads_back(sqlite_house: House, browser_of: Browser) -> None:
    ready = answered_request(sqlite_house)
    client = browser_of(ready)
    there = client.post(path(ready, "/complaint"), data={"words": "Hello."})
    assert (there.status_code, there.location) == (303, path(ready))


@pytest.mark.parametrize(
    "rest", ["/appeal", "/complaint/sent", "/complaint/calendar.ics", "/x/sent"]
)
def test_what_is_not_there_is_not_found(
    sqlite_house: House, browser_of: Browser, rest: str
) -> None:
    ready = answered_request(sqlite_house)
    assert browser_of(ready).get(path(ready, rest)).status_code == 404


def test_the_calendar_has_the_day_and_moves_when_it_moves(
    sqlite_house: House, clock: Clock, browser_of: Browser
) -> None:
    ready = answered_request(sqlite_house)
    review_id = asked(sqlite_house, ready.request_id)
    client = browser_of(ready)
    first = client.get(path(ready, "/internal-review/calendar.ics"))
    assert first.mimetype == "text/calendar"
    assert b"DTSTART;VALUE=DATE:20261201" in first.data
    assert f"UID:{ready.reference}-internal-review@".encode() in first.data
    clock.forward(days=3)
    by = reviewers(sqlite_house).senior
    with sqlite_house.db.writing() as session:
        find_exceptional(session, review_id=review_id, why="Hard.", by=by, at=clock())
    moved = browser_of(ready).get(path(ready, "/internal-review/calendar.ics"))
    assert b"DTSTART;VALUE=DATE:20261231" in moved.data
    assert f"UID:{ready.reference}-internal-review@".encode() in moved.data


def test_whoever_comes_late_is_told_so_and_may_still_ask(
    sqlite_house: House, clock: Clock, browser_of: Browser
) -> None:
    ready = answered_request(sqlite_house)
    clock.forward(days=75)
    client = browser_of(ready)
    assert "The time to ask ended on Thursday 31 December 2026" in page(client, ready)
    assert "You can still ask" in page(client, ready, "/internal-review")
    client.post(path(ready, "/internal-review"), data={"words": "Late."})
    assert "after the time to ask was over" in page(client, ready, "/internal-review/sent")
    assert "after the time to ask was over" in page(client, ready)


@pytest.mark.parametrize(
    ("about", "kind"), [(AboutWhom.GENERAL, REVIEW), (AboutWhom.ME, COMPLAINT)]
)
def test_what_we_found_is_told_on_their_page(
    sqlite_house: House, browser_of: Browser, about: AboutWhom, kind: ReviewKind
) -> None:
    ready = answered_request(sqlite_house, about=about)
    review_id = asked(sqlite_house, ready.request_id, kind)
    by = reviewers(sqlite_house).senior
    with sqlite_house.db.writing() as session:
        answer(session, review_id=review_id, finding=NOT_UPHELD, by=by, at=sqlite_house.now())
    client = browser_of(ready)
    assert "We told you what we found on 2 November 2026" in page(client, ready)
    assert "We told you what we found" in page(client, ready, f"/{kind.slug}/sent")
    own = client.get(f"/your-request/{ready.reference}").text
    assert "Our letters to you" in own
    assert client.get(path(ready, f"/{kind.slug}/calendar.ics")).status_code == 404


def test_after_a_review_the_regulator_is_next(sqlite_house: House, browser_of: Browser) -> None:
    ready = answered_request(sqlite_house)
    review_id = asked(sqlite_house, ready.request_id)
    by = reviewers(sqlite_house).senior
    with sqlite_house.db.writing() as session:
        answer(session, review_id=review_id, finding=NOT_UPHELD, by=by, at=sqlite_house.now())
    assert "You can go to the regulator now." in page(browser_of(ready), ready)


def test_one_that_is_upheld_shows_as_reopened_with_a_date_of_its_own(
    sqlite_house: House, clock: Clock, browser_of: Browser
) -> None:
    ready = answered_request(sqlite_house)
    clock.forward(days=20)
    review_id = asked(sqlite_house, ready.request_id)
    clock.forward(days=20)
    upheld = Finding(ReviewOutcome.UPHELD, "You are right.", "We look.", opens_again=True)
    by = reviewers(sqlite_house).senior
    with sqlite_house.db.writing() as session:
        answer(session, review_id=review_id, finding=upheld, by=by, at=clock())
    own = browser_of(ready).get(f"/your-request/{ready.reference}").text
    assert "Reopened" in own
    assert "We opened your request again" in own
    # 31 days after 12 December 2026.
    assert "We will reply by <strong>Tuesday 12 January 2027</strong>" in own


def test_a_silent_answer_offers_the_same_as_one_that_nothing_is_held(
    sqlite_house: House, browser_of: Browser
) -> None:
    nothing = ready_to_decide(sqlite_house, contents=())
    answered(sqlite_house, nothing, [])
    silent = ready_to_decide(sqlite_house)
    number = silent.recording_ids[0]
    place_hold(sqlite_house, number, level=Level.NEITHER_CONFIRM_NOR_DENY)
    answered(sqlite_house, silent, [held_line(sqlite_house, silent, number)])
    walks = [_walk(sqlite_house, browser_of, each) for each in (nothing, silent)]
    assert walks[0] == walks[1]


def _walk(house: House, browser_of: Browser, ready: Ready) -> list[str]:
    """Every page of looking again, before asking, after it, and after our answer."""
    client, by = browser_of(ready), reviewers(house).senior
    seen = [page(client, ready), page(client, ready, "/complaint")]
    client.post(path(ready, "/complaint"), data={"words": "You did not look."})
    seen += [page(client, ready), page(client, ready, "/complaint/sent")]
    seen.append(client.get(path(ready, "/complaint/calendar.ics")).text)
    with house.db.writing() as session:
        (review,) = reviews_of(session, ready.request_id)
        answer(session, review_id=review.id, finding=NOT_UPHELD, by=by, at=house.now())
    seen += [page(client, ready), page(client, ready, "/complaint/sent")]
    # A calendar folds its lines wherever they grow too long, in the middle of a reference too.
    unfolded = [each.replace("\r\n ", "") for each in seen]
    return [each.replace(ready.reference, "BWV-THIS-ONE1") for each in unfolded]
