"""How views reach the house: its database sessions, its clock, its settings. Views only."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import cast

from flask import current_app
from sqlalchemy.orm import Session

from portal.config import Settings
from portal.house import House


def house() -> House:
    """The tools of the running application."""
    return cast(House, current_app.extensions["portal"])


def writing() -> AbstractContextManager[Session]:
    """One deed, one transaction. It commits when the block ends: redirect AFTER the block."""
    return house().db.writing()


def reading() -> AbstractContextManager[Session]:
    """A session that only looks; always rolled back."""
    return house().db.reading()


def now() -> datetime:
    """This instant, in UTC."""
    return house().now()


def settings() -> Settings:
    """What the force decided."""
    return house().settings
