"""Save and come back: in the same browser, in another, and by somebody who only guesses."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import sqlalchemy as sa

from portal.house import House
from portal.notifications.models import Notice
from portal.requests.models import RequestDraft
from portal.web.limits import CODE_FAILURES
from tests.conftest import Clock
from tests.factories.public_journey import SAR, Visitor, token_on

NewVisitor = Callable[[], Visitor]


def saved(visitor: Visitor, house: House) -> str:
    """Answer something and save it; returns the address in the e-mail."""
    visitor.walk(dict(list(SAR.items())[:3]))
    assert visitor.post("/save", email="amina@example.com").location == "/saved"
    return str(last_notice(house).fields["path"])


def last_notice(house: House) -> Notice:
    with house.db.reading() as session:
        return session.scalars(sa.select(Notice).order_by(Notice.written_at.desc())).first() or (
            Notice()
        )


def notices(house: House) -> int:
    with house.db.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Notice)) or 0


def test_the_saved_page_says_until_when(visitor: Visitor, small_house: House) -> None:
    saved(visitor, small_house)
    assert "6 December 2026" in visitor.get("/saved").text
    assert last_notice(small_house).to == "amina@example.com"


def test_saved_shows_nothing_to_whoever_saved_nothing(visitor: Visitor) -> None:
    assert visitor.get("/saved").status_code == 404


def test_the_code_works_in_the_browser_that_asked(visitor: Visitor, small_house: House) -> None:
    path = saved(visitor, small_house)
    code = last_notice(small_house).fields["code"]
    spaced = f" {code[:4]} {code[4:]} "
    assert visitor.post(path, code=spaced).location == "/ask"
    assert visitor.get("/ask").location == "/ask/place"


def test_another_browser_asks_for_a_code_of_its_own(
    visitor: Visitor, new_visitor: NewVisitor, small_house: House, clock: Clock
) -> None:
    path = saved(visitor, small_house)
    code = last_notice(small_house).fields["code"]
    phone = new_visitor()
    assert phone.post(path, code=code).status_code == 422, "a code is bound to its browser"
    clock.at += timedelta(minutes=1)
    assert phone.post(f"{path}/send-code", page=path).location == path
    assert notices(small_house) == 2
    code = last_notice(small_house).fields["code"]
    assert phone.post(path, code=code).location == "/ask"
    assert phone.get("/ask").location == "/ask/place"
    # The draft went along: the first browser has it no more.
    assert visitor.get("/ask").location == "/ask/about-you-or-someone"


def test_a_wrong_code_is_said_beside_the_field(visitor: Visitor, small_house: House) -> None:
    path = saved(visitor, small_house)
    page = visitor.post(path, code="00000000")
    assert page.status_code == 422
    assert "This is not the code we sent" in page.text
    assert "Enter the code from the e-mail" in visitor.post(path, code="").text
    for short in ("1234567", "123456789", "my code"):
        assert "The code has 8 numbers" in visitor.post(path, code=short).text


def test_a_guess_learns_nothing(
    visitor: Visitor, new_visitor: NewVisitor, small_house: House
) -> None:
    path = saved(visitor, small_house)
    sent = notices(small_house)
    seen = []
    for address in (path, f"/come-back/{uuid4()}"):
        stranger = new_visitor()
        steps = [
            stranger.get(address),
            stranger.post(address, code="12345678"),
            stranger.post(f"{address}/send-code", page=address),
            stranger.get(address),
            stranger.post(address, code="12345678"),
        ]
        plain = [step.text.replace(address, "HERE") for step in steps]
        plain = [text.replace(token_on(text), "") if "csrf" in text else text for text in plain]
        seen.append([(step.status_code, text) for step, text in zip(steps, plain, strict=True)])
    assert seen[0] == seen[1]
    # Only the draft that exists was written to.
    assert notices(small_house) == sent + 1


def test_asking_for_codes_is_slowed(visitor: Visitor, small_house: House) -> None:
    path = saved(visitor, small_house)
    answers = [visitor.post(f"{path}/send-code", page=path).status_code for _ in range(4)]
    assert 429 in answers
    assert visitor.get("/ask").location == "/ask/place"


def test_guessing_is_slowed(visitor: Visitor, small_house: House) -> None:
    path = saved(visitor, small_house)
    answers = [visitor.post(path, code="1").status_code for _ in range(21)]
    assert answers[:20] == [422] * 20
    assert answers[20] == 429


def test_after_too_many_guesses_not_even_the_right_code_opens_it(
    visitor: Visitor, new_visitor: NewVisitor, small_house: House, clock: Clock
) -> None:
    path = saved(visitor, small_house)
    phone = new_visitor()
    clock.at += timedelta(minutes=1)
    phone.post(f"{path}/send-code", page=path)
    code = last_notice(small_house).fields["code"]
    for _ in range(CODE_FAILURES.most):
        visitor.post(path, code="1")
    assert phone.post(path, code=code).status_code == 429


def test_a_draft_ends_after_its_days(visitor: Visitor, small_house: House, clock: Clock) -> None:
    path = saved(visitor, small_house)
    clock.at += timedelta(days=13)
    visitor.post(f"{path}/send-code", page=path)
    code = last_notice(small_house).fields["code"]
    assert visitor.get("/ask").location == "/ask/place"
    clock.at += timedelta(days=1)
    assert visitor.get("/ask").location == "/ask/about-you-or-someone"
    assert visitor.post(path, code=code).status_code == 422


def test_an_address_that_cannot_be_one_is_refused(visitor: Visitor, small_house: House) -> None:
    for typed in ("", "amina", "a@b", "a b@example.com", "a@example.com\nBcc: b@example.com"):
        page = visitor.post("/save", email=typed)
        assert page.status_code == 422
        assert "Enter an e-mail address" in page.text
    with small_house.db.reading() as session:
        assert session.scalars(sa.select(RequestDraft)).all() == []
