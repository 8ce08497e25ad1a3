"""Alembic's entry: runs the migrations on the address the caller gives."""

import importlib
import pkgutil

import sqlalchemy as sa
from alembic import context

import portal
from portal.db import Base, open_database


def import_all_models() -> None:
    """Import every room's tables, so that the metadata is whole."""
    for module in pkgutil.walk_packages(portal.__path__, "portal."):
        if module.name.split(".")[-1] == "models":
            importlib.import_module(module.name)


def run(connection: sa.Connection) -> None:
    """Run the migrations in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


import_all_models()
database = open_database(context.config.attributes["url"], may_make_it=True)
with database.engine.execution_options(portal_writing=True).connect() as connection:
    run(connection)
    connection.commit()
database.close()
