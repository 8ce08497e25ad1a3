"""What a letter says on its page, to whom, and what nobody can slip into it."""

import base64
import hashlib
import html.parser
import json
import re
from dataclasses import asdict
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

import pytest

from portal.errors import Refused
from portal.letters.composing import (
    day,
    length,
    paragraphs,
    render_html,
    style_source,
    time_of_day,
    with_standard_words,
)
from portal.letters.kinds import LetterKind
from tests.factories.letters import CLIPS, COMMON, COMPLETE, complete, every_regime

PART_3_RIGHTS = ("section 51", "section 164A", "section 165", "section 167")
EVERY_LETTER = pytest.mark.parametrize(
    ("kind", "own"), [pytest.param(kind, own, id=f"{kind} {case}") for kind, case, own in COMPLETE]
)


class Outline(html.parser.HTMLParser):
    """The tags of a page, in order, with their attributes; and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("td", "th"):
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, *names: str) -> list[str]:
        return [tag for tag, _ in self.tags if tag in names]


def text_of(page: str) -> str:
    """The words between the body's tags, with single spaces."""
    body = page[page.index("<body>") :]
    return re.sub(r"\s+", " ", "".join(Outline(body).words)).strip()


@EVERY_LETTER
def test_the_page_is_one_accessible_document(kind: LetterKind, own: dict[str, Any]) -> None:
    page = render_html(kind, {**COMMON, **own})
    outline = Outline(page)
    assert page.startswith("<!DOCTYPE html>")
    assert ("html", {"lang": "en-GB"}) in outline.tags
    assert outline.all("h1", "title", "main") == ["title", "main", "h1"]
    assert "h3" not in outline.all("h3")
    assert len(outline.all("h2")) >= 5
    assert {attributes.get("scope") for tag, attributes in outline.tags if tag == "th"} <= {
        "row",
        "col",
    }
    assert outline.all("link", "script", "img", "iframe", "object") == []
    assert not any("style" in attributes for _, attributes in outline.tags)


@EVERY_LETTER
def test_the_page_says_who_when_and_how_to_go_on(kind: LetterKind, own: dict[str, Any]) -> None:
    text = text_of(render_html(kind, {**COMMON, **own}))
    for said in (
        "Example Police",
        "BWV-7K3Q-M2XD",
        "22 November 2026",
        "Dear Amara Lindström,",
        "I want the video of both officers.",
        "Phone 101.",
        "dpo@example.org",
        "Ask us for this letter in another form.",
        "Information Commissioner’s Office, Wycliffe House",
    ):
        assert said in text


@EVERY_LETTER
def test_every_field_given_is_said(kind: LetterKind, own: dict[str, Any]) -> None:
    """A field that a template forgets would be a promise of the law left out."""
    unsaid = {
        "level",
        "because",
        "limbs",
        "finding",
        "ground",
        "holding",
        "qualified",
        "regime",
    } | {"asks_authority"}
    text = text_of(render_html(kind, {**COMMON, **own}))
    for name, value in own.items():
        if name in unsaid or name == "clips":
            continue
        for one in value if isinstance(value, list) else [value]:
            said = day(one) if isinstance(one, date) else str(one)
            assert said in text, name


@pytest.mark.parametrize(
    ("because", "regime", "is_over"),
    [("no_fee", "foi", True), ("no_fee", "sar_part3", False), ("not_valid", "foi", False)],
)
def test_only_a_fees_notice_that_lapsed_cannot_be_opened_again(
    because: str, regime: str, is_over: bool
) -> None:
    """FOIA s.9(2): three months on, there is no duty to answer that request."""
    text = text_of(
        render_html(
            LetterKind.CLOSING, complete(LetterKind.CLOSING, because=because, regime=regime)
        )
    )
    assert ("opened again" in text) is not is_over
    assert ("you can send us a new request" in text) is is_over


@EVERY_LETTER
def test_the_words_are_plain(kind: LetterKind, own: dict[str, Any]) -> None:
    text = text_of(render_html(kind, {**COMMON, **own}))
    for word in ("please", "Please", "invalid", "None", "BWV footage", "data subject", "pursuant"):
        assert word not in text
    sentences = re.split(r"(?<=[.?!:])\s", text)
    assert sum(len(sentence.split()) for sentence in sentences) / len(sentences) < 20


@pytest.mark.parametrize(
    ("kind", "fields"),
    [pytest.param(kind, fields, id=f"{kind} {case}") for kind, case, fields in every_regime()],
)
def test_no_sentence_is_longer_than_twenty_five_words(
    kind: LetterKind, fields: dict[str, Any]
) -> None:
    page = render_html(kind, fields)
    body = page[page.index("<body>") :]
    blocks = re.split(r"</(?:p|li|h1|h2|td|th|caption|tr)>", body)
    for block in blocks:
        words = " ".join(re.sub(r"<[^>]+>", "", block).split())
        for sentence in re.split(r"(?<=[.?!:])\s", words):
            assert len(sentence.split()) <= 25, sentence


@pytest.mark.parametrize(
    "kind", [LetterKind.RESTRICTION, LetterKind.NCND, LetterKind.UNFOUNDED, LetterKind.LPP,
             LetterKind.NOT_HELD, LetterKind.DISCLOSURE]
)  # fmt: skip
def test_part_3_answers_name_every_right(kind: LetterKind) -> None:
    """DPA 2018 s.45(5)(c) to (e), which s.45(6) does not take away."""
    text = text_of(render_html(kind, complete(kind)))
    for section in PART_3_RIGHTS:
        assert section in text


@pytest.mark.parametrize(
    "kind", [LetterKind.FOI_REFUSAL, LetterKind.DISCLOSURE_FOI, LetterKind.PIT_EXTENSION]
)
def test_foi_answers_offer_a_review_and_section_50(kind: LetterKind) -> None:
    text = text_of(render_html(kind, complete(kind)))
    assert "internal review" in text
    assert "section 50" in text
    assert "section 165" not in text


def test_the_gdpr_refusal_names_its_rights() -> None:
    text = text_of(render_html(LetterKind.REFUSAL_GDPR, complete(LetterKind.REFUSAL_GDPR)))
    for section in ("section 164A", "section 165", "section 167", "paragraph 2 of Schedule 2"):
        assert section in text
    assert "section 51" not in text


def test_an_acknowledgement_promises_only_what_somebody_keeps() -> None:
    """Nothing tells the applicant by itself that a review is late."""
    kind = LetterKind.COMPLAINT_ACK
    assert "takes longer" not in text_of(render_html(kind, complete(kind)))


class TestLevels:
    def test_open_says_why_and_when(self) -> None:
        text = text_of(render_html(LetterKind.RESTRICTION, complete(LetterKind.RESTRICTION, 1)))
        assert "The footage is evidence in a case that is still open (CR/1)." in text
        assert "Releasing it now could harm the case." in text
        assert "We have restricted access under section 45(4)(b)" in text
        assert (
            "We will check again by 20 February 2027 and reopen your request when the case ends"
            in text
        )
        assert "You do not need to apply again." in text
        assert "clip-1.mp4" in text

    def test_limited_says_no_more_than_it_may(self) -> None:
        text = text_of(render_html(LetterKind.RESTRICTION, complete(LetterKind.RESTRICTION, 2)))
        assert "would be likely to prejudice law-enforcement work" in text
        assert "We cannot say more without causing that harm." in text
        assert "20 February 2027" in text
        for told_too_much in ("evidence", "the case", "45(4)(", "investigat"):
            assert told_too_much not in text

    def test_limited_leaves_out_reasons_even_when_they_are_given(self) -> None:
        fields = complete(LetterKind.RESTRICTION, 2, reasons="The informant", limbs=["b"])
        assert "informant" not in render_html(LetterKind.RESTRICTION, fields)


TELLTALE = re.compile(
    r"evidence|\bcase\b|matter|investigat|prosecut|\bheld\b|on hold|for now|\bnow\b|reopen|"
    r"look again|check again|restrict|withheld|later|until",
    re.IGNORECASE,
)


@pytest.mark.parametrize("regime", ["sar_part3", "sar_gdpr", "foi"])
def test_nothing_held_and_no_answer_tell_nothing_of_a_hold(regime: str) -> None:
    own: dict[str, Any] = {"regime": regime, "request_summary": "Video of me."}
    nothing = render_html(LetterKind.NOT_HELD, complete(LetterKind.NOT_HELD, **own))
    ncnd = render_html(
        LetterKind.NCND, complete(LetterKind.NCND, **own, exemption_section="section 40(5B)")
    )
    for page in (nothing, ncnd):
        body = text_of(page).partition("If you do not agree")[0]
        assert TELLTALE.search(body) is None
    assert "We neither confirm nor deny that we hold footage." in text_of(ncnd)


@pytest.mark.parametrize("regime", ["sar_part3", "sar_gdpr", "foi"])
def test_nothing_held_and_no_answer_look_alike_around_the_answer(regime: str) -> None:
    nothing = render_html(LetterKind.NOT_HELD, complete(LetterKind.NOT_HELD, regime=regime))
    ncnd = render_html(
        LetterKind.NCND, complete(LetterKind.NCND, regime=regime, exemption_section="section 1")
    )
    before, after = "<h2>Our answer</h2>", "<h2>If you do not agree</h2>"
    assert nothing.partition(before)[0] == ncnd.partition(before)[0]
    assert nothing.partition(after)[2] == ncnd.partition(after)[2] != ""


class TestClips:
    def test_the_list_gives_times_by_londons_clock(self) -> None:
        text = text_of(render_html(LetterKind.DISCLOSURE, complete(LetterKind.DISCLOSURE)))
        assert "clip-1.mp4 8:10pm on 1 July 2026 14 minutes 30 seconds Officer L1234" in text
        assert "clip-2.mp4 12:05am on 1 November 2026 1 minute 1 second Officer L77" in text
        assert "clip-1.mp4 " + "a3" * 32 in text

    def test_fields_kept_as_json_give_the_same_letter(self) -> None:
        fields = complete(LetterKind.DISCLOSURE)
        kept = json.loads(json.dumps(fields, default=as_json))
        assert render_html(LetterKind.DISCLOSURE, kept) == render_html(
            LetterKind.DISCLOSURE, fields
        )


HOSTILE = [
    "<img src=http://192.0.2.1/x.png>",
    "<img src=file:///etc/passwd>",
    "<link rel=stylesheet href='file:///etc/passwd'>",
    "</style><style>@import url(http://192.0.2.1/x.css)</style>",
    "<script>alert(1)</script>",
    "{{ 7 * 191 }}{% include '/etc/passwd' %}",
    '"><svg onload=alert(1)>',
    "&lt;b&gt;",
]


@pytest.mark.parametrize("hostile", HOSTILE)
@EVERY_LETTER
def test_what_people_type_stays_text(kind: LetterKind, own: dict[str, Any], hostile: str) -> None:
    typed = {name: spoilt(value, hostile) for name, value in {**COMMON, **own}.items()}
    page = render_html(kind, typed)
    innocent = render_html(kind, {**COMMON, **own})
    assert Outline(page).tags[5:] == Outline(innocent).tags[5:]
    assert hostile in text_of(page)


def test_what_cannot_be_seen_is_dropped() -> None:
    name = "A\u202emy\u0000 \u200bLi\ud800nd\u0007"
    page = render_html(LetterKind.ACK, complete(LetterKind.ACK, applicant_name=name))
    assert "Dear Amy Lind," in text_of(page)
    page.encode()


def test_an_incomplete_letter_is_not_made() -> None:
    with pytest.raises(Refused):
        render_html(LetterKind.ACK, complete(LetterKind.ACK, contact=""))


class TestStandardWords:
    def test_fill_what_is_left_out(self) -> None:
        fields = complete(LetterKind.DISCLOSURE)
        for name in ("purposes", "legal_basis", "accessible_format_offer", "reissue_route"):
            del fields[name]
        text = text_of(render_html(LetterKind.DISCLOSURE, fields))
        assert "Part 3 of the Data Protection Act 2018, section 35." in text
        assert "large print" in text

    def test_do_not_speak_of_part_3_elsewhere(self) -> None:
        fields = complete(LetterKind.DISCLOSURE, 1)
        del fields["legal_basis"]
        assert "legal_basis" not in with_standard_words(LetterKind.DISCLOSURE, fields)
        with pytest.raises(Refused, match="the law that lets us"):
            render_html(LetterKind.DISCLOSURE, fields)

    def test_give_way(self) -> None:
        fields = with_standard_words(LetterKind.DISCLOSURE, {"origin": "A drone."})
        assert fields["origin"] == "A drone."


def test_the_style_can_be_allowed_by_its_hash() -> None:
    page = render_html(LetterKind.ACK, complete(LetterKind.ACK))
    found = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert found is not None
    digest = base64.b64encode(hashlib.sha256(found.group(1).encode()).digest()).decode()
    assert style_source() == f"'sha256-{digest}'"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (date(2026, 3, 27), "27 March 2026"),
        ("2026-03-01", "1 March 2026"),
        (datetime(2026, 3, 31, 23, 30, tzinfo=UTC), "1 April 2026"),
        ("2026-03-31T23:30:00+00:00", "1 April 2026"),
        ("about 4 May 2026", "about 4 May 2026"),
        ("To be Told", "To be Told"),
    ],
)
def test_days(value: date | str, said: str) -> None:
    assert day(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (datetime(2026, 7, 1, 16, 30, tzinfo=UTC), "5:30pm"),
        (datetime(2026, 1, 1, 0, 5, tzinfo=UTC), "12:05am"),
        ("2026-01-01T12:00:00+00:00", "midday"),
    ],
)
def test_times(value: datetime | str, said: str) -> None:
    assert time_of_day(value) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 seconds"), (1, "1 second"), (60, "1 minute"), (870, "14 minutes 30 seconds")],
)
def test_lengths(seconds: int, said: str) -> None:
    assert length(seconds) == said


def test_paragraphs() -> None:
    assert paragraphs(" one\r\ntwo \r\n\r\n\r\n three ") == ["one two", "three"]


def as_json(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else asdict(value)  # type: ignore[call-overload]


def spoilt(value: object, hostile: str) -> object:
    """The same value with the hostile text in every part that a person could type."""
    if value is CLIPS:
        return [{**asdict(clip), "camera": clip.camera + hostile} for clip in CLIPS]
    if isinstance(value, list):
        return [spoilt(one, hostile) for one in value]
    one_of = re.fullmatch(r"[a-z_0-9]*|L[12]", str(value))
    return f"{value} {hostile}" if isinstance(value, str) and not one_of else value


def test_one_note_is_a_paragraph_and_two_are_a_list() -> None:
    def disclosure(also_told: list[str]) -> str:
        fields = complete(LetterKind.DISCLOSURE, also_told=also_told)
        return render_html(LetterKind.DISCLOSURE, fields)

    assert '<p class="given">We are sorry.</p>' in disclosure(["We are sorry."])
    assert '<li class="given">We are sorry.</li>' in disclosure(["We are sorry.", "Call us."])


def test_no_letter_promises_that_a_copy_is_deleted_when_its_link_ends() -> None:
    fields = complete(LetterKind.DISCLOSURE)
    del fields["storage_period"]
    page = text_of(render_html(LetterKind.DISCLOSURE, fields))
    assert "You can collect the copy made for you until the day named in this letter." in page
    assert "then we delete it" not in page


@pytest.mark.parametrize(
    ("deleted_on", "said"),
    [
        (date(2026, 12, 12), "is deleted on 12 December 2026, unless we keep it for longer."),
        (date(2026, 8, 1), "was deleted on 1 August 2026, unless we had a reason to keep it."),
    ],
)
def test_a_day_still_to_come_is_not_told_as_past(deleted_on: date, said: str) -> None:
    fields = complete(LetterKind.NOT_HELD, deleted_on=deleted_on)
    assert f"Video of the time you gave us {said}" in text_of(
        render_html(LetterKind.NOT_HELD, fields)
    )


def test_one_promise_of_when_proof_is_deleted() -> None:
    """In the letter that asks for it, where it is sent, and in the privacy notice."""
    fields = complete(LetterKind.ID_REQUEST)
    del fields["proof_deletion"]
    letter = text_of(render_html(LetterKind.ID_REQUEST, fields))
    assert "when we have checked them, and at the latest 30 days after our answer" in letter
    templates = files("portal").joinpath("templates")
    for page in ("identity/proofs.html", "requests/proof.html", "information/privacy.html"):
        words = templates.joinpath(page).read_text(encoding="utf-8")
        assert "have checked" in words
        assert ", and at the latest 30 days after our answer" in words


def test_an_address_that_ends_in_a_full_stop_ends_the_sentence_once() -> None:
    fields = complete(LetterKind.COMPLAINT_OUTCOME, regulator_address="Telephone 0303 123 1113.")
    letter = text_of(render_html(LetterKind.COMPLAINT_OUTCOME, fields))
    assert "Telephone 0303 123 1113. Do this within three months" in letter
    assert ".." not in letter


def test_who_collects_video_is_asked_to_take_care_and_not_threatened() -> None:
    letter = text_of(render_html(LetterKind.DISCLOSURE, complete(LetterKind.DISCLOSURE)))
    assert "Putting it on the internet could harm them. " in letter
    assert "action against you" not in letter


def test_an_acknowledgement_under_foi_promises_no_video_to_who_asks_for_figures() -> None:
    foi = text_of(render_html(LetterKind.ACK, complete(LetterKind.ACK, 1)))
    assert "We look for what you asked for." in foi
    assert "video" not in foi.partition("What happens next")[2].partition("How to reach us")[0]
    own = text_of(render_html(LetterKind.ACK, complete(LetterKind.ACK)))
    assert "We look for video that fits what you told us." in own
