"""One PostgreSQL server for the portal's databases and PostGIS's, set up as in production.

Its data stays in the folder of the run, so that the next run finds what was loaded.
"""

from pathlib import Path

import psycopg

from tests.servers.postgres import MADE_AGAIN, PostgresServer

SETTINGS = {
    # What is loaded here can be loaded again: nothing waits for the disk to have it. Every load
    # ends with VACUUM ANALYZE; nothing else may run beside what is measured.
    **MADE_AGAIN,
    "shared_buffers": "1GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "512MB",
    "effective_cache_size": "4GB",
    "random_page_cost": "1.1",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
}


class Server(PostgresServer):
    """PostgreSQL on a free port of this machine, over the data in `folder`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, SETTINGS)

    def renew(self, name: str) -> str:
        """An empty database of that name, in place of what was there; returns its address."""
        self.drop_database(name)
        self.administer(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def vacuum(self, name: str) -> None:
        """VACUUM ANALYZE the database, and write everything down."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")

    def version(self) -> str:
        """What it calls itself."""
        with psycopg.connect(self.url("postgres")) as connection:
            row = connection.execute("SHOW server_version").fetchone()
        return str(row[0]) if row else ""
