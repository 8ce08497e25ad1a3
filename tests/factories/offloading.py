"""A house in which another server sends, and what of it lies open."""

from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa

from portal.disclosure.models import DownloadLink, FileKind, ReleaseFile
from portal.holds.models import OpenedCopy
from portal.house import House
from portal.storage import FolderStorage
from portal.worker import Worker

CONTENT = b"a video that is collected " * 4_000


def with_folder(house: House) -> House:
    """The same house with a folder from which nginx sends."""
    folder = house.settings.data_folder.parent / "opened"
    return replace(house, offload=FolderStorage(folder, mode=0o640))


def pay(house: House) -> None:
    """Do all that is owed."""
    Worker(house).pay_all()


def large_files(link: DownloadLink) -> list[ReleaseFile]:
    """The files of a release of which there is a plain copy."""
    return [file for file in link.release.files if file.kind.is_footage]


def copy_of(link: DownloadLink) -> ReleaseFile:
    """The first copy of a recording."""
    return next(file for file in link.release.files if file.kind is FileKind.COPY)


def keys(house: House) -> dict[UUID, str]:
    """Where the plain copy of each file lies, by the rows."""
    with house.db.reading() as session:
        rows = session.execute(sa.select(OpenedCopy.file_id, OpenedCopy.key))
        return {row.file_id: row.key for row in rows}


def lying(house: House) -> list[str]:
    """What really lies there."""
    assert house.offload is not None
    return sorted(house.offload.keys())
