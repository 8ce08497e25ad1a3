"""Keys from the command line: beginning a new period while everything is sealed."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from click.testing import Result
from pyotp import TOTP

from portal.actors import COMMAND_LINE, PUBLIC, Role
from portal.audit.models import AuditEntry
from portal.house import House
from portal.identity.commands.proofs import receive_proof
from portal.identity.files import FileType
from portal.identity.proof import ProofKind
from portal.identity.viewing import SealedFile
from portal.ids import new_id
from portal.office.commands.handlers import add_handler
from portal.office.models import Handler
from portal.sealing import Sealer, generate_key, load_keys

Portal = Callable[..., Result]


def test_rotating_puts_files_and_secrets_under_a_new_key(portal: Portal, own_house: House) -> None:
    house, keys_file = own_house, own_house.settings.keys_file
    kept = house.vault.keep("proofs", io.BytesIO(b"a passport"))
    secret = a_handler(house)
    told = json.loads(portal("keys", "rotate", "--json").stdout)
    assert told["files_sealed_anew"] == told["secrets_sealed_anew"] == 1
    assert told["files_already_right"] == told["files_no_key_opens"] == 0
    assert len(load_keys(keys_file)) == 2
    leave_only_the_newest(keys_file)
    with house.vault.open(kept) as reader:
        assert reader.read() == b"a passport"
    assert secret_of(house) == secret
    deeds = [(entry.deed, entry.details["recipient"]) for entry in entries(house)]
    assert deeds == [("key.added", told["key"]), ("key.rotated", told["key"])]


def test_resuming_adds_no_key_and_finds_nothing_to_do(portal: Portal, own_house: House) -> None:
    own_house.vault.keep("proofs", io.BytesIO(b"a passport"))
    a_handler(own_house)
    portal("keys", "rotate")
    told = json.loads(portal("keys", "rotate", "--resume", "--json").stdout)
    assert (told["files_sealed_anew"], told["files_already_right"]) == (0, 1)
    assert told["secrets_sealed_anew"] == 0
    assert len(load_keys(own_house.settings.keys_file)) == 2


def test_a_file_that_no_key_opens_is_named_and_the_rest_is_done(
    portal: Portal, own_house: House
) -> None:
    foreign = io.BytesIO()
    Sealer([generate_key()]).seal(io.BytesIO(b"x"), foreign)
    own_house.vault.storage.put("releases/foreign.age", io.BytesIO(foreign.getvalue()))
    own_house.vault.keep("proofs", io.BytesIO(b"a passport"))
    result = portal("keys", "rotate")
    assert result.exit_code == 1
    assert "No key opens releases/foreign.age." in result.stderr
    assert "files sealed anew: 1" in result.stdout
    (*_, last) = entries(own_house)
    assert (last.details["files"], last.details["files_damaged"]) == (1, 1)


def a_handler(house: House) -> str:
    with house.db.writing() as session:
        return add_handler(
            session,
            sign_in_name="sam",
            name="Sam Field",
            passphrase="a long enough passphrase",
            roles=[Role.AUDITOR],
            sealer=house.vault.sealer,
            by=COMMAND_LINE,
            at=house.now(),
        ).secret


def secret_of(house: House) -> str:
    with house.db.reading() as session:
        sealed = session.scalars(sa.select(Handler.sealed_secret)).one()
    with house.vault.sealer.open(io.BytesIO(sealed)) as reader:
        secret = reader.read().decode()
    assert TOTP(secret).now()
    return secret


def leave_only_the_newest(keys_file: Path) -> None:
    keys_file.write_text(load_keys(keys_file)[-1] + "\n")


def entries(house: House) -> list[AuditEntry]:
    with house.db.reading() as session:
        found = sa.select(AuditEntry).where(AuditEntry.deed.startswith("key."))
        return list(session.scalars(found.order_by(AuditEntry.sequence)))


def test_checking_says_that_all_is_well_or_what_is_not(portal: Portal, own_house: House) -> None:
    house = own_house
    kept = house.vault.keep("proofs", io.BytesIO(b"a passport"))
    with house.db.writing() as session:
        receive_proof(
            session,
            subject_id=new_id(),
            kind=ProofKind.PASSPORT,
            file=SealedFile(FileType.JPEG, 1, kept),
            by=PUBLIC,
            at=house.now(),
        )
    assert json.loads(portal("keys", "check", "--json").stdout) == {"files_opened": 1, "wrong": 0}
    other = house.vault.keep("proofs", io.BytesIO(b"another's passport"))
    (house.settings.data_folder / other.key).replace(house.settings.data_folder / kept.key)
    result = portal("keys", "check", "--whole")
    assert result.exit_code == 1
    assert f"{kept.key} does not open, or is another file." in result.stderr
