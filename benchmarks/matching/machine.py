"""What a run was made on: figures mean nothing without it."""

import os
import platform
import sqlite3
from pathlib import Path

import numpy as np
import psycopg
import sqlalchemy as sa


def machine(postgres_url: str) -> list[tuple[str, str]]:
    """The machine and the versions, each with its name."""
    with psycopg.connect(postgres_url) as connection:
        postgres = connection.execute("SHOW server_version").fetchone()
        postgis = connection.execute(
            "SELECT default_version FROM pg_available_extensions WHERE name = 'postgis'"
        ).fetchone()
    cores = f"{len(os.sched_getaffinity(0))} cores"
    return [
        ("Processor", f"{named('/proc/cpuinfo', 'model name')}, {cores}"),
        ("Memory", f"{int(named('/proc/meminfo', 'MemTotal').split()[0]) / 1024**2:.0f} GiB"),
        ("System", f"{platform.system()} {platform.release()}"),
        ("Python", f"{platform.python_version()}, numpy {np.__version__}, "
                   f"SQLAlchemy {sa.__version__}"),
        ("SQLite", sqlite3.sqlite_version),
        ("PostgreSQL", f"{postgres[0] if postgres else ''}, "
                       f"PostGIS {postgis[0] if postgis else 'not installed'}"),
        ("Other work at the start", f"load average {os.getloadavg()[0]:.1f}"),
    ]  # fmt: skip


def named(file: str, name: str) -> str:
    """What a file of `/proc` says under a name."""
    for line in Path(file).read_text().splitlines():
        if line.startswith(name):
            return line.partition(":")[2].strip()
    return "unknown"
