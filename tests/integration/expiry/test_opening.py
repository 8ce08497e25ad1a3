"""Whether what is sealed opens and is what the book says, on both databases."""

import io

import pytest
import sqlalchemy as sa

from portal.actors import PUBLIC
from portal.disclosure.models import ReleaseFile
from portal.expiry.opening import _PAGE, GONE, OTHERWISE, SHUT, Wrong, check_sealed_files
from portal.house import House
from portal.identity.commands.proofs import receive_proof
from portal.identity.files import FileType
from portal.identity.models import Proof
from portal.identity.proof import ProofKind
from portal.identity.viewing import SealedFile
from portal.ids import new_id
from portal.letters.commands import FORCE_FIELDS, issue
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.letters.printing import print_letter
from portal.outbox.commands import Lease
from tests.factories.disclosure import answered, ready_to_decide, release_with_files
from tests.factories.letters import complete


@pytest.fixture
def release_files(house: House) -> list[ReleaseFile]:
    """The files of an answer; its request has proofs and letters of its own or not."""
    return list(release_with_files(house, answered(house, ready_to_decide(house)).release_id).files)


def wrong(house: House, *, whole: bool = False) -> list[Wrong]:
    return check_sealed_files(house, whole=whole, progress=lambda count: None).wrong


def test_all_is_well_after_an_answer(house: House, release_files: list[ReleaseFile]) -> None:
    for whole in (False, True):
        checked = check_sealed_files(house, whole=whole, progress=lambda count: None)
        assert checked.wrong == []
        assert checked.opened >= len(release_files)


def test_what_is_gone_or_altered_is_named(house: House, release_files: list[ReleaseFile]) -> None:
    gone, cut, flipped, *_ = release_files
    house.vault.forget(gone.storage_key)
    for file, spoil in ((cut, cut_short), (flipped, flip_in_the_header)):
        path = house.settings.data_folder / file.storage_key
        path.write_bytes(spoil(path.read_bytes()))
    assert set(wrong(house)) == {
        Wrong(gone.storage_key, GONE),
        Wrong(cut.storage_key, SHUT),
        Wrong(flipped.storage_key, SHUT),
    }


def test_a_flipped_bit_in_the_middle_is_found_by_reading_the_whole(house: House) -> None:
    proof = a_proof(house, bytes(400_000))
    assert check_sealed_files(house, whole=True, progress=lambda count: None).opened == 1
    path = house.settings.data_folder / str(proof.storage_key)
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)
    assert wrong(house) == []
    assert wrong(house, whole=True) == [Wrong(str(proof.storage_key), SHUT)]


def test_a_proof_and_a_letter_whose_rows_were_changed_are_found(house: House) -> None:
    proof, letter = a_proof(house, b"a passport"), a_letter(house)
    assert wrong(house) == []
    with house.db.writing() as session:
        session.execute(sa.update(Proof).values(seal=None))
        session.execute(sa.update(Letter).values(pdf_seal=None))
    keys = {proof.storage_key, letter.html_key, letter.pdf_key}
    assert {(one.key, one.why) for one in wrong(house)} == {(key, OTHERWISE) for key in keys}


def test_more_than_a_page_of_rows_is_looked_at(sqlite_house: House) -> None:
    made = [a_proof(sqlite_house, b"x") for _ in range(_PAGE + 3)]
    sqlite_house.vault.forget(str(made[-1].storage_key))
    checked = check_sealed_files(sqlite_house, whole=False, progress=lambda count: None)
    assert (checked.opened, len(checked.wrong)) == (_PAGE + 3, 1)


def a_proof(house: House, content: bytes) -> Proof:
    file = SealedFile(FileType.JPEG, 1, house.vault.keep("proofs", io.BytesIO(content)))
    with house.db.writing() as session:
        return receive_proof(
            session,
            subject_id=new_id(),
            kind=ProofKind.PASSPORT,
            file=file,
            by=PUBLIC,
            at=house.now(),
        )


def a_letter(house: House) -> Letter:
    own = complete(LetterKind.DELAY)
    with house.db.writing() as session:
        letter = issue(
            session,
            subject_id=new_id(),
            reference=str(own["reference"]),
            kind=LetterKind.DELAY,
            fields={name: value for name, value in own.items() if name not in FORCE_FIELDS},
            is_to_post=False,
            by=PUBLIC,
            at=house.now(),
        )
    payload = {"letter_id": str(letter.id)}
    write = print_letter(house, Lease(new_id(), "print_letter", payload, 1, "a worker"))
    with house.db.writing() as session:
        write(session)
    with house.db.reading() as session:
        return session.get_one(Letter, letter.id)


@pytest.mark.parametrize("change", ["seal", "sha256", "storage_key"])
def test_a_row_that_was_made_to_name_another_file_is_found(
    house: House, release_files: list[ReleaseFile], change: str
) -> None:
    """Also when the file that it names now is whole and was sealed by us."""
    other = house.vault.keep("releases", house.vault.open(release_files[0].named))  # type: ignore[arg-type]
    values = {"seal": other.seal, "sha256": "0" * 64, "storage_key": other.key}
    everything = {"seal": other.seal, "sha256": other.sha256, "storage_key": other.key}
    mine = ReleaseFile.id == release_files[0].id
    with house.db.writing() as session:
        session.execute(sa.update(ReleaseFile).where(mine).values({change: values[change]}))
    assert {one.why for one in wrong(house)} & {SHUT, OTHERWISE}
    with house.db.writing() as session:
        session.execute(sa.update(ReleaseFile).where(mine).values(everything))
    assert {one.why for one in wrong(house)} == {OTHERWISE}


def cut_short(content: bytes) -> bytes:
    return content[:-1]


def flip_in_the_header(content: bytes) -> bytes:
    return content[:30] + bytes([content[30] ^ 1]) + content[31:]
