"""A sealed file is known by its row: another one in its place is refused, and the book says which
it was."""

import io

import pytest
import sqlalchemy as sa

from portal.actors import PUBLIC
from portal.audit.models import AuditEntry
from portal.disclosure.models import FileKind
from portal.house import House
from portal.identity.commands.proofs import receive_proof
from portal.identity.files import FileType
from portal.identity.models import Proof
from portal.identity.proof import ProofKind
from portal.identity.viewing import SealedFile, picture_of
from portal.ids import digest, new_id
from portal.letters.models import Letter
from portal.letters.opening import Form, open_letter
from portal.sealing import Damaged, Sealer, Vault, generate_key, load_keys, rewrap_all
from tests.factories.disclosure import answered, ready_to_decide, release_with_files


def swap(house: House, one: str, other: str) -> None:
    """Put two sealed files in each other's place, as somebody at the disk can."""
    storage, contents = house.vault.storage, {}
    for key in (one, other):
        with storage.open(key) as file:
            contents[key] = file.read()
        storage.delete(key)
    storage.put(one, io.BytesIO(contents[other]))
    storage.put(other, io.BytesIO(contents[one]))


def test_two_files_of_an_answer_that_changed_places_are_refused(sqlite_house: House) -> None:
    house = sqlite_house
    release = release_with_files(house, answered(house, ready_to_decide(house)).release_id)
    first, *_, last = release.files
    swap(house, first.storage_key, last.storage_key)
    for file in release.files:
        if file in (first, last):
            with pytest.raises(Damaged):
                house.vault.open(file.named)
        else:
            house.vault.open(file.named).close()


def test_an_answers_files_and_their_seals_outlive_a_new_key(sqlite_house: House) -> None:
    house = sqlite_house
    release = release_with_files(house, answered(house, ready_to_decide(house)).release_id)
    keys_file = house.settings.keys_file
    keys = f"{load_keys(keys_file)[0]}\n{generate_key()}\n"
    keys_file.write_text(keys)
    assert rewrap_all(opened_anew(house), progress=lambda count: None).anew == len(release.files)
    keys_file.write_text(keys.splitlines()[1] + "\n")
    for file in release.files:
        with opened_anew(house).open(file.named) as reader:
            assert digest(reader.read()) == file.sha256


def test_the_book_knows_the_seals_of_an_answers_files(sqlite_house: House) -> None:
    house = sqlite_house
    release = release_with_files(house, answered(house, ready_to_decide(house)).release_id)
    seals = [file.seal for file in sorted(release.files, key=lambda file: file.number)]
    assert all(seals)
    assert FileKind.COPY in {file.kind for file in release.files}
    with house.db.reading() as session:
        packed = sa.select(AuditEntry).where(AuditEntry.deed == "release.packed")
        told = session.scalars(packed).one().details
    assert told["seals"] == digest(" ".join(str(seal) for seal in seals))


def test_a_proof_that_is_another_persons_is_not_shown(sqlite_house: House) -> None:
    house = sqlite_house
    mine, theirs = (proof_of(house, content) for content in (b"my passport", b"another passport"))
    assert picture_of(house, mine).content == b"my passport"
    assert mine.storage_key is not None
    assert theirs.storage_key is not None
    swap(house, mine.storage_key, theirs.storage_key)
    with pytest.raises(Damaged):
        picture_of(house, mine)


def test_a_letters_page_and_pdf_do_not_take_each_others_place(sqlite_house: House) -> None:
    house = sqlite_house
    page = house.vault.keep("letters", io.BytesIO(b"<p>page</p>"))
    pdf = house.vault.keep("letters", io.BytesIO(b"%PDF-1.7"))
    letter = Letter(
        fields={},
        html_key=page.key,
        html_sha256=page.sha256,
        html_seal=page.seal,
        pdf_key=pdf.key,
        pdf_sha256=pdf.sha256,
        pdf_seal=pdf.seal,
    )
    assert open_letter(house, letter, Form.PAGE).content == b"<p>page</p>"
    swap(house, page.key, pdf.key)
    for form in Form:
        with pytest.raises(Damaged):
            open_letter(house, letter, form)


def opened_anew(house: House) -> Vault:
    return Vault(house.vault.storage, Sealer(load_keys(house.settings.keys_file)))


def proof_of(house: House, content: bytes) -> Proof:
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
