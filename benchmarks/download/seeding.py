"""A portal with one answer to collect: a release with one large copy, and browsers let in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy.orm import Session

from portal.app import create_app
from portal.config import read_settings
from portal.disclosure.models import (
    PREFIX,
    Decision,
    DownloadLink,
    FileKind,
    Release,
    ReleaseFile,
)
from portal.hall import open_portal
from portal.house import House
from portal.identity.commands.codes import grant_visit
from portal.identity.proof import CodePurpose
from portal.ids import digest, new_id, new_reference, new_token
from portal.office.models import Handler
from portal.recordings.kinds import Category
from portal.recordings.models import Recording
from portal.requests.endings import Ending
from portal.requests.intake import AboutWhom, Channel, DeliveryFormat
from portal.requests.lifecycle import Regime, Status
from portal.requests.models import FootageRequest
from portal.sealing import Kept

# The most that one file may go out through one link must not end a run.
_NEVER_USED_UP = 1_000_000


@dataclass(frozen=True)
class Seeded:
    """What there is to collect: its path, its size and SHA-256, and a cookie for each browser."""

    path: str
    size: int
    sha256: str
    cookies: tuple[str, ...]


def seeded(environment: dict[str, str], plain: Path, *, browsers: int) -> Seeded:
    """Make it on the database of a portal that is already laid out."""
    house = open_portal(read_settings(environment))
    with plain.open("rb") as source:
        kept = house.vault.keep(PREFIX, source)
    with house.db.writing() as session:
        link, file = _release(session, kept, datetime.now(UTC))
        keys = [_let_in(session, link, datetime.now(UTC)) for _ in range(browsers)]
    cookies = tuple(_cookie(house, key) for key in keys)
    house.db.close()
    return Seeded(f"/f/{link.selector}/files/{file.id}", kept.size, kept.sha256, cookies)


def write_plain(path: Path, megabytes: int) -> None:
    """A file that no disk and no line can squeeze."""
    chance = Random(1)  # noqa: S311 - no secret
    with path.open("wb") as target:
        for _ in range(megabytes):
            target.write(chance.randbytes(1024 * 1024))


def _release(session: Session, kept: Kept, at: datetime) -> tuple[DownloadLink, ReleaseFile]:
    asked = FootageRequest(
        id=new_id(),
        reference=new_reference(),
        regime=Regime.SAR_PART3,
        about=AboutWhom.ME,
        channel=Channel.ONLINE,
        status=Status.ANSWERED,
        received_at=at,
        received_on=at.date(),
        delivery=DeliveryFormat.DOWNLOAD,
    )
    people = [_handler(name, at) for name in ("First", "Second")]
    filmed = Recording(
        source_id="BENCH-1",
        camera="CAM-1",
        started_at=at - timedelta(hours=1),
        ended_at=at,
        category=Category.NON_EVIDENTIAL,
        imported_at=at,
    )
    session.add_all([asked, *people, filmed])
    session.flush()
    decision = Decision(
        id=new_id(),
        request_id=asked.id,
        round=1,
        regime=asked.regime,
        answer=Ending.DISCLOSED_FULL,
        decided_by=people[0].id,
        decided_by_name=people[0].name,
        decided_at=at,
        seconded_by=people[1].id,
        seconded_by_name=people[1].name,
        seconded_at=at,
        published_at=at,
    )
    session.add(decision)
    session.flush()
    far = at + timedelta(days=28)
    release = Release(
        id=new_id(), decision_id=decision.id, request_id=asked.id, packed_at=at, expires_at=far
    )
    session.add(release)
    session.flush()
    file = ReleaseFile(
        release_id=release.id,
        number=1,
        kind=FileKind.COPY,
        name="video-1.mp4",
        content_type="video/mp4",
        size=kept.size,
        sha256=kept.sha256,
        storage_key=kept.key,
        seal=kept.seal,
        recording_id=filmed.id,
    )
    link = DownloadLink(
        release_id=release.id,
        selector=new_token(),
        made_at=at,
        expires_at=far,
        most_sessions=_NEVER_USED_UP,
    )
    session.add_all([file, link])
    session.flush()
    return link, file


def _handler(name: str, at: datetime) -> Handler:
    return Handler(
        id=new_id(),
        sign_in_name=name.lower(),
        name=name,
        passphrase_hash="never used",  # noqa: S106 - nobody signs in
        sealed_secret=b"never used",
        roles=[],
        added_at=at,
    )


def _let_in(session: Session, link: DownloadLink, at: datetime) -> str:
    key = new_token(256)
    for purpose in (CodePurpose.DOWNLOAD, CodePurpose.FOOTAGE):
        grant_visit(session, purpose=purpose, subject_id=link.id, browser=digest(key), at=at)
    return key


def _cookie(house: House, key: str) -> str:
    """What a browser with this key sends."""
    app = create_app(house)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps({'browser': key})}"
