"""The verifier that a stranger runs: alone, on files, and in plain words."""

import ast
import base64
import random
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal.audit import verifier
from portal.audit.verifier import (
    GENESIS,
    Head,
    Written,
    canonical,
    entry_line,
    hash_of,
    head_line,
    in_words,
    is_signed,
    main,
    read_export,
    read_keys,
    signed_text,
    walk,
)

AT = "2026-11-02T09:30:00.000000Z"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()


def book(count: int) -> tuple[list[Written], Head]:
    written, previous = [], GENESIS
    for number in range(1, count + 1):
        entry = {
            "sequence": number,
            "at": AT,
            "actor": ["handler", f"h{number % 3}"],
            "deed": "request.viewed",
            "subject": "BWV-2222-2222",
            "details": {"number": number, "word": "“ő”"},
        }
        previous = hash_of(entry, previous)
        written.append(Written(entry, previous))
    return written, Head(count, previous)


def lines(count: int) -> list[str]:
    written, head = book(count)
    return [*(entry_line(one) for one in written), head_line(head)]


def checkpoint(head: Head, key: Ed25519PrivateKey = KEY, at: str = AT) -> str:
    signature = base64.b64encode(key.sign(signed_text(at, head))).decode()
    facts = {"at": at, "hash": head.hash, "sequence": head.sequence, "signature": signature}
    return canonical(facts) + "\n"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A book of six, a checkpoint of its fourth entry, and the public key."""
    written, _ = book(6)
    made = {
        "book": "".join(lines(6)),
        "checkpoints": checkpoint(Head(4, written[3].hash)),
        "key": f"# the portal's\n{PUBLIC.hex()}\n",
    }
    for name, text in made.items():
        (tmp_path / name).write_text(text)
    return {name: tmp_path / name for name in made}


def run_alone(*words: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """The file as it stands, copied out of the portal, with nothing installed beside it."""
    copied = folder / "verifier.py"
    copied.write_bytes(Path(verifier.__file__).read_bytes())
    command = [sys.executable, "-I", "-S", copied, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def test_it_needs_python_alone() -> None:
    tree = ast.parse(Path(verifier.__file__).read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or "."]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= set(sys.stdlib_module_names)


def test_a_whole_book_by_itself(files: dict[str, Path], tmp_path: Path) -> None:
    done = run_alone(files["book"], folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "The book is whole: all 6 entries are as they were written." in done.stdout
    assert "No checkpoint was compared" in done.stdout


def test_a_whole_book_with_checkpoints(files: dict[str, Path], tmp_path: Path) -> None:
    words = ("--checkpoints", files["checkpoints"], "--key", files["key"])
    done = run_alone(files["book"], *words, folder=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "confirms it up to entry 4. The 2 after it are held by their hashes alone" in done.stdout


def test_a_broken_book_is_named_in_words(files: dict[str, Path], tmp_path: Path) -> None:
    files["book"].write_text(files["book"].read_text().replace('"number":3', '"number":4'))
    done = run_alone(files["book"], folder=tmp_path)
    assert done.returncode == 1
    assert done.stdout == "The book is NOT whole: entry 3 is not what was written.\n"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: [text[0], *text[2:]], "entry 2 is missing: entry 3 stands there"),
        (lambda text: [*text[:2], *text[1:]], "entry 3 is missing: another stands in its place"),
        (lambda text: text[:4], "the export stops after line 4: its end was cut off"),
        (lambda text: [*text[:4], text[-1]], "entry 5 is missing: the end was cut off"),
        (lambda text: [*text, text[0]], "line 8 stands after the end of the book"),
        (lambda text: ["{}\n", *text], "line 1 is not written as the portal writes one"),
        (lambda text: ["[" * 99_999, *text], "line 1 is not written as the portal writes one"),
        (lambda text: [text[0].replace(":", ": "), *text[1:]], "line 1 is not written as"),
        (lambda text: [*text[:-1], text[-1].rstrip()], "line 7 is not written as"),
        (lambda text: [text[-1]], "entry 1 is missing: the end was cut off"),
        (lambda text: [], "the export stops after line 0"),
    ],
)
def test_each_kind_of_change_in_words(change, reason: str) -> None:  # type: ignore[no-untyped-def]
    changed = [line.encode() for line in change(lines(6))]
    assert reason in in_words(walk(read_export(changed)))


def test_true_is_not_one() -> None:
    changed = [line.encode().replace(b'"sequence":1}', b'"sequence":true}') for line in lines(1)]
    assert not walk(read_export(changed)).is_whole


def test_an_empty_book_is_whole() -> None:
    assert walk(read_export([head_line(Head(0, GENESIS)).encode()])).is_whole


def test_a_book_written_anew_is_found_by_a_checkpoint(files: dict[str, Path]) -> None:
    anew, previous = [], GENESIS
    for one in book(6)[0]:
        entry = {**one.entry, "subject": "BWV-3333-3333"}
        previous = hash_of(entry, previous)
        anew.append(entry_line(Written(entry, previous)))
    files["book"].write_text("".join([*anew, head_line(Head(6, previous))]))
    assert main([str(files["book"])]) == 0  # its own hashes agree
    words = ["--checkpoints", str(files["checkpoints"]), "--key", str(files["key"])]
    assert main([str(files["book"]), *words]) == 1


def test_a_book_that_is_shorter_than_a_checkpoint(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    files["book"].write_text("".join(lines(3)))
    words = ["--checkpoints", str(files["checkpoints"]), "--key", str(files["key"])]
    assert main([str(files["book"]), *words]) == 1
    assert f"ends at entry 3, and the checkpoint of {AT} knows of entry 4" in (
        capsys.readouterr().out
    )


def test_a_checkpoint_that_another_signed(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = Ed25519PrivateKey.generate()
    files["checkpoints"].write_text(checkpoint(book(6)[1], stranger))
    words = ["--checkpoints", str(files["checkpoints"]), "--key", str(files["key"])]
    assert main([str(files["book"]), *words]) == 1
    assert "checkpoint 1 is not one that was signed with this key" in capsys.readouterr().out


@pytest.mark.parametrize("left", [1, 7, 100, -2])
def test_a_checkpoint_that_was_cut_off(files: dict[str, Path], tmp_path: Path, left: int) -> None:
    """The power failed while the last line was written: the book is as whole as before."""
    head = book(6)[1]
    files["checkpoints"].write_text(files["checkpoints"].read_text() + checkpoint(head)[:left])
    words = ("--checkpoints", files["checkpoints"], "--key", files["key"])
    done = run_alone(files["book"], *words, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    cut_off, found = done.stdout.splitlines()
    assert cut_off == "Checkpoint 2 was cut off while it was written: it confirms nothing."
    assert "confirms it up to entry 4." in found


@pytest.mark.parametrize("line", ["{}\n", "checkpoint\n", '{"sequence":6}\n', "5\n", '"\n'])
def test_what_never_was_a_checkpoint(files: dict[str, Path], line: str) -> None:
    files["checkpoints"].write_text(line)
    words = ["--checkpoints", str(files["checkpoints"]), "--key", str(files["key"])]
    assert main([str(files["book"]), *words]) == 1


def test_the_entry_that_a_letter_names(files: dict[str, Path]) -> None:
    written, _ = book(6)
    told = ["--letter", "5", written[4].hash[:16].upper()]
    assert main([str(files["book"]), *told]) == 0
    assert main([str(files["book"]), "--letter", "4", written[4].hash[:16]]) == 1


@pytest.mark.parametrize(
    "words", [["--key", "key"], ["--letter", "5", "abcdef"], ["--letter", "five", "a" * 16]]
)
def test_what_cannot_be_checked_is_exit_code_2(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert main([str(files["book"]), *words]) == 2
    assert "It could not be checked" in capsys.readouterr().err
    assert main(["no such book"]) == 2


@pytest.mark.parametrize("text", ["", "# nothing\n", "abc\n", "zz" * 32, "ab" * 31])
def test_a_key_file_without_a_key(text: str) -> None:
    with pytest.raises(ValueError, match=r"hex"):
        read_keys(text)


def test_signatures_are_those_of_the_kept_library() -> None:
    chance = random.Random(20261102)
    for _ in range(20):
        key, text = Ed25519PrivateKey.generate(), chance.randbytes(chance.randrange(200))
        public, signature = key.public_key().public_bytes_raw(), key.sign(text)
        assert is_signed(public, text, signature)
        place, bit = chance.randrange(64), 1 << chance.randrange(8)
        bent = bytes(b ^ bit if n == place else b for n, b in enumerate(signature))
        assert not is_signed(public, text, bent)
        assert not is_signed(public, text + b"x", signature)
        assert not is_signed(PUBLIC, text, signature)


def test_a_signature_of_another_form_is_none() -> None:
    """The same numbers spelt past the group's order, and things of another length."""
    signature = KEY.sign(b"text")
    order = 2**252 + 27742317777372353535851937790883648493
    past = int.from_bytes(signature[32:], "little") + order
    assert not is_signed(PUBLIC, b"text", signature[:32] + past.to_bytes(32, "little"))
    for odd in (b"", signature[:63], signature + b"\0", b"\xff" * 64):
        assert not is_signed(PUBLIC, b"text", odd)
    assert not is_signed(b"\xff" * 32, b"text", signature)
