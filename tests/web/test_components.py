"""The design system's own examples, and our macros on top of them."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, flash, render_template_string
from lxml import html as lxml_html
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FieldList, Form, FormField, PasswordField, RadioField, StringField
from wtforms.validators import InputRequired

from portal.web.fields import AnyOfField, DatePartsField, LineField, OneOfField, options
from portal.web.rendering import prepare_templates

VENDOR = Path(__file__).parent.parent / "vendor"
EXAMPLES: dict[str, list[dict[str, Any]]] = json.loads(
    gzip.decompress((VENDOR / "govuk-fixtures.json.gz").read_bytes())
)
FIELDS = (
    "{% from 'components/fields.html' import error_summary, text, radios, checkboxes, select, "
    "date_parts, password, file_upload, character_count, submit_button %}"
)
CONTENT = (
    "{% from 'components/content.html' import summary_list, table, tag, panel, details, "
    "pagination, back_link %}"
)
CASEWORK = "{% from 'components/casework.html' import timeline, sub_navigation, identity_bar %}"


@pytest.fixture(name="app", scope="module")
def an_app() -> Iterator[Flask]:
    """A bare application with our templates and nothing else: no database, no settings."""
    app = Flask("portal")
    app.secret_key = "only for tests"
    prepare_templates(app)
    app.jinja_env.globals.update(force_name="Example Police", service_name="Ask for police video")
    with app.test_request_context("/"):
        yield app


def tree(markup: str) -> Any:
    """Return markup as a comparable tree: tags, attributes, and words with single spaces."""
    return _node(lxml_html.fragment_fromstring(markup.strip(), create_parent="div"))


def _node(element: Any) -> Any:
    children: list[Any] = [_words(element.text)]
    for child in element:
        if isinstance(child.tag, str):
            children.append(_node(child))
        children.append(_words(child.tail))
    attributes = {name: _words(value) for name, value in element.attrib.items()}
    return (element.tag, attributes, [child for child in children if child])


def _words(text: str | None) -> str:
    return " ".join((text or "").split())


def _macro(component: str) -> str:
    return "govuk" + "".join(word.capitalize() for word in component.split("-"))


@pytest.mark.parametrize("component", sorted(EXAMPLES))
def test_the_design_systems_examples_render_to_the_same_page(app: Flask, component: str) -> None:
    name = _macro(component)
    source = (
        f"{{% from 'govuk_frontend_jinja/components/{component}/macro.html' import {name} %}}"
        f"{{{{ {name}(params) }}}}"
    )
    macro = app.jinja_env.overlay(autoescape=True).from_string(source)
    differing = [
        example["name"]
        for example in EXAMPLES[component]
        if tree(macro.render(params=example["options"])) != tree(example["html"])
    ]
    assert differing == []


def test_there_are_as_many_examples_as_the_design_system_has() -> None:
    assert sum(len(examples) for examples in EXAMPLES.values()) == 657


class Person(Form):
    """A part of a form inside another."""

    street = StringField("Street", [InputRequired("Enter a street")])


class Sample(Form):
    """Every kind of field."""

    name = LineField("What is your <name>?", missing="Enter your full name")
    who = OneOfField("Who?", choices=options(me="Me", other="Other"), missing="Select who")
    needs = AnyOfField("Needs", choices=options(a="A", b="B"), missing="Select what you need")
    born = DatePartsField("Born", subject="date of birth", article="your")
    agree = BooleanField("I agree", [InputRequired("Select to agree")])
    word = PasswordField("Passphrase")
    home = FormField(Person)
    past = FieldList(StringField("Old", [InputRequired("Enter an old address")]), min_entries=1)


def posted(*pairs: tuple[str, str]) -> Sample:
    """Return the form as posted, validated."""
    form = Sample(MultiDict([("sent", "1"), *pairs]))
    form.validate()
    return form


def drawn(source: str, **context: Any) -> Any:
    """Return a template's output as an element tree to ask questions of."""
    rendered = render_template_string(FIELDS + CONTENT + CASEWORK + source, **context)
    return lxml_html.fragment_fromstring(rendered, create_parent="div")


ALL_FIELDS = """{{ error_summary(form) }}{{ text(form.name) }}{{ radios(form.who) }}
{{ checkboxes(form.needs) }}{{ date_parts(form.born) }}{{ checkboxes(form.agree) }}
{{ password(form.word) }}{{ text(form.home.street) }}{{ text(form.past[0]) }}"""


@pytest.mark.usefixtures("app")
def test_every_error_links_to_a_control_and_stands_beside_its_field() -> None:
    page = drawn(ALL_FIELDS, form=posted(("born-day", "1"), ("born-month", "2")))
    links = page.xpath("//*[contains(@class, 'govuk-error-summary')]//a")
    assert [link.text_content() for link in links] == [
        "Enter your full name",
        "Select who",
        "Select what you need",
        "Date of birth must include a year",
        "Select to agree",
        "Enter a street",
        "Enter an old address",
    ]
    for link in links:
        (target,) = page.xpath(f"//*[@id='{link.get('href')[1:]}']")
        assert target.tag == "input"
    assert len(page.xpath("//p[contains(@class, 'govuk-error-message')]")) == len(links)
    assert links[3].get("href") == "#born-year"


@pytest.mark.usefixtures("app")
def test_no_errors_no_summary() -> None:
    assert drawn("{{ error_summary(form) }}", form=Sample()).xpath("//a") == []


@pytest.mark.usefixtures("app")
def test_what_was_typed_is_shown_again_and_escaped() -> None:
    nasty = "\"><script>alert(1)</script>'&amp;"
    form = posted(("name", nasty), ("born-day", nasty[:20]), ("word", "secret"), ("who", "me"))
    page = drawn(ALL_FIELDS, form=form)
    assert page.xpath("//script") == []
    assert page.xpath("//input[@id='name']/@value") == [nasty]
    assert page.xpath("//input[@id='born-day']/@value") == [nasty[:20]]
    assert page.xpath("//input[@id='word']/@value") == []
    assert page.xpath("//input[@name='who'][@checked]/@value") == ["me"]
    assert "What is your <name>?" in page.xpath("//label[@for='name']")[0].text_content()


@pytest.mark.usefixtures("app")
def test_a_page_heading_is_the_label() -> None:
    page = drawn(
        "{{ text(form.name, page_heading=True, caption='About you') }}"
        "{{ radios(form.who, page_heading=True) }}",
        form=Sample(),
    )
    first, second = page.xpath("//h1")
    assert first.xpath("./label") and second.xpath("./parent::legend")
    assert first.xpath(".//span[@class='govuk-caption-l']")[0].text == "About you"


@pytest.mark.usefixtures("app")
def test_radios_carry_hints_dividers_and_questions_of_their_own() -> None:
    page = drawn(
        "{% set more %}<b id='more'>{{ '<i>' }}</b>{% endset %}"
        "{{ radios(form.who, hints={'me': 'In the <video>'}, dividers={'other': 'or'}, "
        "conditionals={'other': more, 'me': '<u>no</u>'}) }}",
        form=Sample(),
    )
    assert page.xpath("//b[@id='more']")[0].text == "<i>"
    assert page.xpath("//u") == []
    assert page.xpath("//div[@class='govuk-radios__divider']")[0].text == "or"
    assert "In the <video>" in page.text_content()


@pytest.mark.usefixtures("app")
def test_lists_tables_and_timelines_escape_and_speak() -> None:
    page = drawn(
        """{{ summary_list([{"key": "Home", "lines": ["<b>1</b>", "Town"], "change": "/c"},
                            {"key": "Phone", "value": none}]) }}
        {{ table(["Who"], [["<b>x</b>"], [{"text": 0, "href": "/y"}]], "Found", scroll=True) }}
        {{ timeline([{"title": "<b>In</b>", "at": at}, {"title": "Due", "on": on}]) }}
        {{ sub_navigation([{"text": "Now", "href": "/n", "active": True, "count": 0}]) }}
        {{ identity_bar("BWV-7K3Q-M2XD", [{"label": "Due", "value": "<b>"}]) }}
        {{ back_link("/back") }}""",
        at=datetime(2026, 7, 1, 23, 5, tzinfo=UTC),
        on=date(2026, 7, 3),
    )
    assert page.xpath("//b") == []
    assert page.xpath("//dd/a")[0].text_content().split() == ["Change", "home"]
    assert "Not given" in page.text_content()
    assert [each.text for each in page.xpath("//time")] == ["2 July 2026 at 12:05am", "3 July 2026"]
    pane = page.xpath("//div[@class='portal-scroll'][@tabindex='0']")[0]
    assert page.xpath(f"//p[@id='{pane.get('aria-labelledby')}']")[0].text == "Found"
    assert page.xpath("//td/a")[0].text == "0"
    assert page.xpath("//nav//a[@aria-current='page']/span")[0].text == "0"


@pytest.mark.usefixtures("app")
def test_pages_are_linked_through_a_macro_without_escaping_twice() -> None:
    page = drawn(
        "{% macro to(n) %}/list?page={{ n }}&amp;sort=due{% endmacro %}{{ pagination(2, 3, to) }}"
    )
    assert page.xpath("//a/@href") == [f"/list?page={n}&sort=due" for n in (1, 1, 2, 3, 3)]
    assert drawn("{{ pagination(1, 1, none) }}").xpath("//a") == []


LAYOUTS = ("public.html", "office.html")


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_says_so_in_the_title_when_something_is_wrong(layout: str) -> None:
    source = "{% extends layout %}{% block title %}Name{% endblock %}"
    wrong = render_template_string(source, layout=layout, form=posted())
    service = "Video requests: staff" if layout == "office.html" else "Ask for police video"
    assert f"<title>Error: Name – {service} – Example Police</title>" in wrong
    right = render_template_string(source, layout=layout)
    assert f"<title>Name – {service} – Example Police</title>" in right


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_is_inline_and_nothing_belongs_to_others(app: Flask, layout: str) -> None:
    with app.test_request_context("/"):
        flash("<b>Saved</b>")
        page = render_template_string("{% extends layout %}", layout=layout, handler="Sam")
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", page)
    assert "&lt;b&gt;Saved" in page
    assert not re.search(r"crown|crest|govuk-logo|GDS Transport", page, re.IGNORECASE)


def test_vendored_styles_hold_no_licensed_typeface_and_no_arms() -> None:
    for sheet in (Path(__file__).parents[2] / "portal/static/vendor").glob("*.css"):
        text = sheet.read_text()
        assert re.search(r"changed: (own fonts, no crest|no pictures)\.", text[:200])
        assert not re.search(r"GDS Transport|@font-face|crest\.svg|url\(/assets", text)


ERRORS = (400, 403, 404, 405, 409, 410, 413, 429, 500, 503)


@pytest.mark.parametrize("number", ERRORS)
def test_error_pages_stand_on_nothing(number: int) -> None:
    """No settings, no globals, no session, no database: a page still comes."""
    app = Flask("portal")
    prepare_templates(app)
    with app.test_request_context("/"):
        page = lxml_html.document_fromstring(
            render_template_string(f"{{% extends 'errors/{number}.html' %}}", message="<Why>")
        )
    assert len(page.xpath("//h1")) == 1
    words = page.text_content().lower()
    assert "<why>" in words
    assert not re.search(r"\bplease\b|\binvalid\b|\boops\b", words)


INFORMATION = ("accessibility", "cookies", "contact", "other_ways_to_ask", "privacy")


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("page_name", INFORMATION)
def test_information_pages_are_plain(page_name: str) -> None:
    markup = render_template_string(f"{{% extends 'information/{page_name}.html' %}}", contact={})
    (main,) = lxml_html.document_fromstring(markup).xpath("//main")
    assert len(main.xpath(".//h1")) == 1
    for block in main.xpath(".//p | .//li"):
        for sentence in re.split(r"(?<=[.?!])\s", _words(block.text_content())):
            assert len(sentence.split()) <= 25, sentence


@pytest.mark.usefixtures("app")
def test_the_privacy_notice_says_how_long_and_every_way_to_complain() -> None:
    """UK GDPR Art 13(2)(a) and (d); DPA 2018 ss.44, 164A and 167."""
    markup = render_template_string("{% extends 'information/privacy.html' %}", contact={})
    (main,) = lxml_html.document_fromstring(markup).xpath("//main")
    said = _words(main.text_content())
    for words in (
        "At least 2 years after we close it",
        "Complain to us",
        "section 164A",
        "section 167",
    ):
        assert words in said


def test_plain_radio_fields_draw_too(app: Flask) -> None:
    """Choices of WTForms' own kind work too, so that a form may use either."""

    class Plain(Form):
        pick = RadioField("Pick", choices=options(x="X"))

    with app.test_request_context("/"):
        assert drawn("{{ radios(form.pick) }}", form=Plain()).xpath("//input/@value") == ["x"]
