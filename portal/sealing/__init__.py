"""Encryption at rest: what lies in storage is of no use to a thief.

Sealed files are in the age format (age-encryption.org/v1, X25519), so that they can be opened
without this software: `age --decrypt -i keys.txt FILE`. They are written with a kept library and
read with our own reader, because playing a video needs to begin in the middle.
"""

from portal.sealing.keys import KeyFile, add_key, ensure_keys, generate_key, load_keys
from portal.sealing.reading import Damaged, SealedReader
from portal.sealing.rotating import Rewrapped, rewrap_all
from portal.sealing.sealer import Sealed, Sealer
from portal.sealing.vault import Kept, Named, Unnamed, Vault

__all__ = [
    "Damaged",
    "Kept",
    "KeyFile",
    "Named",
    "Rewrapped",
    "Sealed",
    "SealedReader",
    "Sealer",
    "Unnamed",
    "Vault",
    "add_key",
    "ensure_keys",
    "generate_key",
    "load_keys",
    "rewrap_all",
]
