"""The handful of recordings with real video behind them, each with a story that can be asked for.

Pure: when a scene happened follows from `now` alone, where it happened from nothing at all, so a
test, a guide and a person at the keyboard can all name it beforehand.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.dates import LONDON
from portal.demo.city import Point, scene_street


@dataclass(frozen=True)
class Walk:
    """One person in a shot: where their face is, and when.

    Each step is `(second, x, y, size)`: the middle of the face as a share of the picture's width
    and height, and the face's height as a share of the picture's height. Between two steps the
    person moves in a straight line; before the first and after the last they are out of the shot.
    `look` picks clothes and colouring.
    """

    look: int
    steps: tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True)
class Shot:
    """What the camera sees and hears. `background` is street, wall or car.

    `silent_seconds` is the pre-event buffer: pictures without sound until the wearer pressed
    record. `night` darkens the picture; `voice` is the pitch of the first speaker in hertz; an
    older camera films a smaller picture.
    """

    background: str
    seconds: int
    walks: tuple[Walk, ...]
    silent_seconds: int = 0
    night: bool = False
    voice: float = 118.0
    size: tuple[int, int] = (960, 540)


@dataclass(frozen=True)
class Scene:
    """A recording that can be played. `place` is a street of the invented gazetteer."""

    name: str
    recording_id: str
    media: str
    story: str
    place: str
    borough: str
    days_ago: int
    started_at: datetime
    ended_at: datetime
    camera: str
    officer: str
    category: str
    matter: str | None
    incident: str | None
    point: Point
    shot: Shot

    @property
    def ask(self) -> str:
        """What somebody would tell the portal to find it."""
        local = self.started_at.astimezone(LONDON)
        return (
            f"{self.place}, {self.borough}, {local.day} {local:%B %Y}, about "
            f"{local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"
        )


@dataclass(frozen=True)
class _Plan:
    name: str
    story: str
    borough: str
    place: str
    days_ago: int
    local_time: time
    camera: str
    officer: str
    shot: Shot
    category: str = "non_evidential"
    matter: str | None = None
    cad: int | None = None


def scenes(now: datetime) -> list[Scene]:
    """The filmed recordings as they stand at `now` (aware), in the order they are told."""
    return [_placed(number, plan, now) for number, plan in enumerate(_PLANS, start=1)]


def _placed(number: int, plan: _Plan, now: datetime) -> Scene:
    on = (now.astimezone(LONDON) - timedelta(days=plan.days_ago)).date()
    started_at = datetime.combine(on, plan.local_time, LONDON).astimezone(ZoneInfo("UTC"))
    # Ordinary recordings are numbered from 1 each day and never come near 9,000.
    recording_id = f"EV-{on:%Y-%m-%d}-{9000 + number}"
    street = scene_street(plan.borough, plan.place)
    assert street.point is not None  # noqa: S101 - every street has its middle
    return Scene(
        name=plan.name,
        recording_id=recording_id,
        media=f"{on:%Y/%m/%d}/{recording_id}.mp4",
        story=plan.story,
        place=plan.place,
        borough=plan.borough,
        days_ago=plan.days_ago,
        started_at=started_at,
        ended_at=started_at + timedelta(seconds=plan.shot.seconds),
        camera=plan.camera,
        officer=plan.officer,
        category=plan.category,
        matter=plan.matter,
        incident=f"CAD {plan.cad}/{on:%d%b%y}".upper() if plan.cad else None,
        point=street.point,
        shot=plan.shot,
    )


def _crossing(count: int, seconds: int) -> Iterator[Walk]:
    """People who pass one behind another, left to right and right to left."""
    for k in range(count):
        begins = k * seconds / (count + 3)
        size = 0.11 + 0.035 * (k % 3)
        left, right = (-0.1, 1.1) if k % 2 else (1.1, -0.1)
        height = 0.30 + 0.05 * (k % 3)
        yield Walk(
            look=10 + k,
            steps=((begins, left, height, size), (begins + seconds / 2.2, right, height, size)),
        )


_OLDER = (640, 360)

_STOPPED = (
    (0.0, 0.80, 0.34, 0.14),
    (5.0, 0.58, 0.36, 0.22),
    (24.0, 0.54, 0.37, 0.24),
    (30.0, 0.57, 0.36, 0.23),
    (36.0, 0.50, 0.37, 0.24),
)
_BYSTANDER = ((8.0, -0.10, 0.30, 0.10), (17.0, 0.22, 0.31, 0.12), (28.0, -0.12, 0.30, 0.12))
_TALKING = ((0.0, 0.42, 0.38, 0.23), (15.0, 0.46, 0.37, 0.25), (34.0, 0.40, 0.38, 0.24))

_PLANS = (
    _Plan(
        "marlow-street-first",
        "A stop and search, seen by the officer who speaks with the person stopped.",
        "Lambeth",
        "Marlow Street",
        6,
        time(20, 10),
        "BWC-00917",
        "L1234",
        Shot("wall", 36, (Walk(1, _STOPPED), Walk(2, _BYSTANDER)), night=True),
        cad=5512,
    ),
    _Plan(
        "marlow-street-second",
        "The same stop and search, from the camera of the second officer a few steps away.",
        "Lambeth",
        "Marlow Street",
        6,
        time(20, 10, 20),
        "BWC-01142",
        "L2087",
        Shot(
            "street",
            32,
            (
                Walk(1, ((0, 0.30, 0.40, 0.15), (14, 0.34, 0.41, 0.16), (32, 0.31, 0.40, 0.15))),
                Walk(2, ((4, 1.08, 0.36, 0.12), (14, 0.72, 0.37, 0.13), (26, 1.10, 0.36, 0.12))),
            ),
            night=True,
            voice=142.0,
            size=_OLDER,
        ),
        cad=5512,
    ),
    _Plan(
        "albion-green",
        "A crowd passes in the afternoon: many faces that are not the applicant’s.",
        "Camden",
        "Albion Green",
        9,
        time(14, 30),
        "BWC-03310",
        "C4471",
        Shot("street", 40, tuple(_crossing(7, 40))),
    ),
    _Plan(
        "quarry-hill",
        "A traffic stop: a driver talks with the officer from inside the car.",
        "Croydon",
        "Quarry Hill",
        4,
        time(17, 45),
        "BWC-02208",
        "Z3319",
        Shot("car", 30, (), voice=104.0),
        cad=4190,
    ),
    _Plan(
        "tanner-row-evidence",
        "An arrest, evidence in an open matter: it cannot be released until that is closed.",
        "Hackney",
        "Tanner Row",
        12,
        time(22, 20),
        "BWC-04102",
        "G2750",
        Shot("wall", 34, (Walk(4, _TALKING), Walk(5, _BYSTANDER)), night=True),
        category="evidential",
        matter="OP-HERON-0417",
        cad=6021,
    ),
    _Plan(
        "tanner-row-bystander",
        "The same street and minute, a colleague speaks with a passer-by: not evidence.",
        "Hackney",
        "Tanner Row",
        12,
        time(22, 20, 30),
        "BWC-04119",
        "G2764",
        Shot(
            "street",
            28,
            (Walk(5, ((0, 0.62, 0.38, 0.20), (12, 0.58, 0.37, 0.22), (28, 0.64, 0.38, 0.20))),),
            night=True,
            voice=150.0,
            size=_OLDER,
        ),
        cad=6021,
    ),
    _Plan(
        "copper-lane-day-30",
        "A welfare check on day 30 of its life: tomorrow it is deleted, unless somebody asks.",
        "Southwark",
        "Copper Lane",
        30,
        time(9, 15),
        "BWC-01877",
        "M1602",
        Shot("wall", 24, (Walk(7, _TALKING),), voice=128.0),
    ),
    _Plan(
        "fenwick-road-buffer",
        "An assault reported in the street: the first 30 seconds are the buffer, without sound.",
        "Ealing",
        "Fenwick Road",
        2,
        time(11, 5),
        "BWC-02951",
        "X1985",
        Shot(
            "street",
            56,
            (
                Walk(8, ((6, 1.1, 0.36, 0.12), (20, 0.55, 0.38, 0.20), (56, 0.50, 0.38, 0.22))),
                Walk(9, ((24, -0.1, 0.35, 0.12), (34, 0.20, 0.36, 0.16), (56, 0.22, 0.36, 0.16))),
            ),
            silent_seconds=30,
            size=_OLDER,
        ),
        cad=2307,
    ),
)
