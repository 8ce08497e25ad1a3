"""A portal with only the public's pages about requests, and a browser that walks through them."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask_wtf.csrf import CSRFProtect

from portal.actors import COMMAND_LINE
from portal.db import Database
from portal.house import House
from portal.recordings.gazetteer import import_places
from portal.requests.views import blueprints
from portal.web import errors, guards, headers
from portal.web.rendering import prepare_templates
from tests.conftest import Clock
from tests.factories.public_journey import NOW, PLACES, Visitor


@pytest.fixture
def clock() -> Clock:
    """A Sunday, two days after what the visitors ask for."""
    return Clock(NOW)


@pytest.fixture
def small_house(make_house: Callable[[Database], House], sqlite_database: Database) -> House:
    """A house whose gazetteer knows four places."""
    with sqlite_database.writing() as session:
        import_places(session, PLACES, by=COMMAND_LINE, at=NOW)
    return make_house(sqlite_database)


@pytest.fixture
def public_app(small_house: House) -> Flask:
    """The pages with their tokens checked, as a browser meets them."""
    app = Flask("portal")
    app.extensions["portal"] = small_house
    app.config.update(
        SECRET_KEY="s" * 40, MAX_CONTENT_LENGTH=20 * 1024 * 1024, MAX_FORM_MEMORY_SIZE=512 * 1024
    )
    CSRFProtect(app)
    prepare_templates(app)
    contact = {"phone": "101", "email": "video@example.org", "address": "Police Headquarters"}
    app.jinja_env.globals.update(
        force_name="The police", service_name="Ask for police video", contact=contact
    )
    headers.install(app, is_https=False)
    guards.install(app, lambda key: None)
    errors.install(app)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    return app


@pytest.fixture
def new_visitor(public_app: Flask) -> Callable[[], Visitor]:
    """Call it for somebody with a browser of their own."""
    return lambda: Visitor(public_app.test_client())


@pytest.fixture
def visitor(new_visitor: Callable[[], Visitor]) -> Visitor:
    """Somebody with a browser."""
    return new_visitor()
