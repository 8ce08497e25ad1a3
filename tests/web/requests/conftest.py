"""A portal with only the public's pages about requests, and a browser that walks through them."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask_wtf.csrf import CSRFProtect

from portal.actors import COMMAND_LINE
from portal.config import Settings
from portal.db import Database
from portal.house import House
from portal.recordings.gazetteer import import_places
from portal.requests.views import blueprints
from portal.sealing import Sealer, Vault, generate_key
from portal.signing import Signer
from portal.storage import FolderStorage
from portal.web import errors, guards, headers
from portal.web.rendering import prepare_templates
from tests.factories.public_journey import NOW, PLACES, Visitor


class Clock:
    """The one clock of the house; tests move it."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def small_house(sqlite_database: Database, tmp_path: Path, clock: Clock) -> House:
    settings = Settings(
        database_url=sqlite_database.url,
        base_url="http://localhost",
        secret_key="s" * 40,
        data_folder=tmp_path / "data",
        footage_folder=tmp_path / "footage",
        keys_file=tmp_path / "keys",
    )
    with sqlite_database.writing() as session:
        import_places(session, PLACES, by=COMMAND_LINE, at=NOW)
    return House(
        settings=settings,
        db=sqlite_database,
        vault=Vault(FolderStorage(settings.data_folder), Sealer([generate_key()])),
        footage=FolderStorage(settings.footage_folder),
        signer=Signer(settings.secret_key),
        now=clock,
    )


@pytest.fixture
def public_app(small_house: House) -> Flask:
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
    return new_visitor()
