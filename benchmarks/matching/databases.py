"""The databases of a run: where each is kept, loading it or using it again, and its cold caches."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.matching import loading, postgis
from benchmarks.matching.city import Block
from benchmarks.matching.loading import Loaded, made_of
from benchmarks.matching.measuring import forget
from benchmarks.matching.server import Server
from portal.recordings.tracks import Floats

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"


@dataclass(frozen=True)
class Databases:
    """Everything in one folder, with the server of those that are PostgreSQL's.

    A note beside each database has what loading it measured, and says that it is complete.
    """

    folder: Path
    server: Server
    seed: int

    def portal(self, name: str, wanted: int) -> tuple[str, Loaded]:
        """A database of the portal's with so many recordings, loaded unless it is there: its
        address, and what loading it measured."""
        note = self._note(name, wanted)
        held = loading.remembered(note, wanted, self.seed)
        if held:
            return self._url(name, str(wanted)), held
        url = self.empty(name, str(wanted))
        loaded = loading.load(url, note, wanted=wanted, seed=self.seed)
        if name == POSTGRESQL:
            self.server.vacuum(f"portal_{wanted}")
        return url, loaded

    def changed(self, name: str, wanted: int) -> None:
        """That database of the portal's is no longer what its note says: the next run loads it."""
        self._note(name, wanted).unlink(missing_ok=True)

    def postgis(
        self, blocks: Sequence[Block], ground: Mapping[str, Sequence[Floats]]
    ) -> tuple[str, postgis.Loaded]:
        """PostGIS's database, with the same recordings."""
        wanted = sum(len(block) for block in blocks)
        note = self.folder / f"postgis-{wanted}.json"
        name, mark = f"postgis_{wanted}", made_of(self.seed, postgis.TABLE + postgis.INDEXES)
        if note.exists():
            held = json.loads(note.read_text())
            if held.pop("made_of") == mark:
                return self.server.url(name), postgis.Loaded(**held)
        note.unlink(missing_ok=True)
        loaded = postgis.load(self.server.renew(name), blocks, ground)
        note.write_text(json.dumps({**asdict(loaded), "made_of": mark}, indent=1))
        return self.server.url(name), loaded

    def empty(self, name: str, purpose: str) -> str:
        """The address of an empty database, in place of what was there."""
        if name == POSTGRESQL:
            return self.server.renew(f"portal_{purpose}")
        for path in self.folder.glob(f"portal-{purpose}.sqlite*"):
            path.unlink()
        return self._url(name, purpose)

    @contextmanager
    def forgotten(self, name: str, url: str) -> Iterator[None]:
        """The database with cold caches; nothing may be connected to it meanwhile."""
        if name == SQLITE:
            forget(Path(url.removeprefix("sqlite:///")))
        else:
            self.server.stop()
            forget(self.server.data)
            self.server.start()
        yield

    def _note(self, name: str, wanted: int) -> Path:
        return self.folder / f"{name.lower()}-{wanted}.json"

    def _url(self, name: str, purpose: str) -> str:
        if name == POSTGRESQL:
            return self.server.url(f"portal_{purpose}")
        return f"sqlite:///{self.folder / f'portal-{purpose}.sqlite'}"
