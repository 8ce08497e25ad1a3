"""The one place that knows how a test database gets its tables."""

import importlib
from pathlib import Path

import portal
from portal.db import Base, open_database


def build_schema(database_url: str) -> None:
    """Give an empty database every table of the house."""
    _import_every_model()
    database = open_database(database_url)
    try:
        Base.metadata.create_all(database.engine)
    finally:
        database.close()


def _import_every_model() -> None:
    house = Path(portal.__file__).parent
    for path in sorted(house.glob("*/models.py")):
        importlib.import_module(f"portal.{path.parent.name}.models")
    for path in sorted(house.glob("*/models/__init__.py")):
        importlib.import_module(f"portal.{path.parent.parent.name}.models")
