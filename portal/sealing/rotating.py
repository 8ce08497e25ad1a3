"""Going over to a new key: every header is written anew, and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, field

from portal.errors import NotFound
from portal.sealing.header import Damaged
from portal.sealing.vault import Vault


@dataclass
class Rewrapped:
    """How many files got a new header, how many had the right one already, and the keys of those
    that none of our keys opens."""

    anew: int = 0
    already: int = 0
    damaged: list[str] = field(default_factory=list)

    @property
    def seen(self) -> int:
        """How many files were looked at."""
        return self.anew + self.already + len(self.damaged)


def rewrap_all(vault: Vault, *, progress: Callable[[int], None]) -> Rewrapped:
    """Put every file of the vault under the keys of now, one after the other.

    Each is whole at any moment, under the old keys or the new. Stopped half way, it goes on where
    it is called again: what has the right header is only looked at.
    """
    done = Rewrapped()
    for each in vault.storage.stored():
        try:
            if vault.rewrap(each.key):
                done.anew += 1
            else:
                done.already += 1
        except NotFound:
            continue  # forgotten meanwhile
        except Damaged:
            done.damaged.append(each.key)
        progress(done.seen)
    return done
