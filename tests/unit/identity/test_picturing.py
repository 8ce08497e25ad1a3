"""Opening strangers' files: what comes out is ours, and whatever is wrong with them stays inside.

The mutations run in this process and may raise what they like, as they may in the cage, where it
ends a program that has nothing; what must never happen is a result that is not a clean picture.
"""

import io
import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from portal.errors import Refused
from portal.identity import picturing
from portal.identity.files import (
    HAS_PASSWORD,
    MOST_PAGES,
    MOST_PIXELS,
    TOO_MANY_PAGES,
    TOO_MANY_PIXELS,
    UNREADABLE,
    FileType,
)
from portal.identity.viewing import read_file
from tests.factories.files import CANARY, pdf, picture


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png")])
def test_a_picture_is_drawn_anew_without_what_was_hidden_in_it(kind: str, name: str) -> None:
    sent = picture(kind) + CANARY + b"<script>alert(1)</script>"
    assert CANARY in sent
    read = read_file(name, sent)
    assert read.pages == 1
    assert CANARY not in read.content
    assert b"script" not in read.content
    with Image.open(io.BytesIO(read.content)) as kept:
        assert (kept.format, kept.size, kept.mode) == (kind, (640, 400), "RGB")
        assert not kept.getexif()


def test_a_picture_taken_on_its_side_is_put_upright() -> None:
    with Image.open(io.BytesIO(picturing.redraw(picture(turned=6), "image/jpeg"))) as kept:
        assert kept.size == (400, 640)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "1", "I;16"])
def test_every_kind_of_png_becomes_plain_colours(mode: str) -> None:
    redrawn = picturing.redraw(picture("PNG", mode=mode), "image/png")
    with Image.open(io.BytesIO(redrawn)) as kept:
        assert kept.mode == "RGB"


def test_what_was_transparent_becomes_paper() -> None:
    clear = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(clear, "PNG")
    with Image.open(io.BytesIO(picturing.redraw(clear.getvalue(), "image/png"))) as kept:
        assert kept.getpixel((4, 4)) == (255, 255, 255)


def test_a_large_picture_is_kept_smaller() -> None:
    redrawn = picturing.redraw(picture(size=(6000, 3000)), "image/jpeg")
    with Image.open(io.BytesIO(redrawn)) as kept:
        assert kept.size == (picturing.LONGEST_SIDE, picturing.LONGEST_SIDE // 2)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.png", picture("PNG", size=(20_000, 20_000), mode="1"), TOO_MANY_PIXELS),
        ("a.pdf", pdf(11), TOO_MANY_PAGES),
        ("a.pdf", pdf(1, password="secret"), HAS_PASSWORD),
        ("a.pdf", b"%PDF-1.7\nnothing", UNREADABLE),
        ("a.jpg", picture()[:900], UNREADABLE),
        ("a.png", picture("PNG")[:90], UNREADABLE),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, UNREADABLE),
    ],
    ids=["bomb", "eleven pages", "locked", "no PDF", "cut JPEG", "cut PNG", "no PNG"],
)
def test_what_is_not_taken_is_refused_in_words(name: str, content: bytes, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_file(name, content)
    assert refusal.value.message == words


def test_a_pdf_is_kept_as_sent_and_its_pages_are_drawn() -> None:
    sent = pdf(3)
    read = read_file("a.pdf", sent)
    assert (read.type, read.content, read.pages) == (FileType.PDF, sent, 3)
    with Image.open(io.BytesIO(picturing.draw_page(sent, 3))) as drawn:
        assert (drawn.format, drawn.size) == ("PNG", (1800, 1800))
    with pytest.raises(picturing.Unfit):
        picturing.draw_page(sent, 4)


def test_the_limits_inside_the_cage_are_the_laws() -> None:
    assert picturing.MOST_PIXELS == MOST_PIXELS
    assert picturing.MOST_PAGES == MOST_PAGES


def mutations(content: bytes, count: int, seed: int) -> list[bytes]:
    dice = random.Random(seed)
    return [_mutated(bytearray(content), dice) for _ in range(count)]


def _mutated(content: bytearray, dice: random.Random) -> bytes:
    for _ in range(dice.randint(1, 12)):
        where = dice.randrange(len(content))
        deed = dice.randrange(4)
        if deed == 0:
            content[where] = dice.randrange(256)
        elif deed == 1:
            del content[where : where + dice.randint(1, 40)]
        elif deed == 2:
            content[where:where] = dice.randbytes(dice.randint(1, 40))
        else:
            content[where : where + 4] = b"\xff\xff\xff\xff"
        if len(content) < 40:
            break
    return bytes(content)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png")])
def test_a_mutated_picture_is_a_clean_picture_or_none(kind: str, media_type: str) -> None:
    small = picture(kind, size=(48, 32))
    taken = 0
    for content in mutations(small, 300, seed=7):
        try:
            redrawn = picturing.redraw(content, media_type)
        except Exception:  # in the cage this ends the program, and is an answer
            continue
        taken += 1
        assert CANARY[:8] not in redrawn
        with Image.open(io.BytesIO(redrawn), formats=(kind,)) as kept:
            kept.load()
            assert kept.mode == "RGB"
    assert 0 < taken < 300


def test_mutated_files_never_come_out_of_the_cage_as_anything_but_words() -> None:
    files = [("a.pdf", one) for one in mutations(pdf(2), 24, seed=11)]
    files += [("a.jpg", one) for one in mutations(picture(size=(48, 32)), 6, seed=12)]
    files += [("a.png", one) for one in mutations(picture("PNG", size=(48, 32)), 6, seed=13)]
    for name, content in files:
        with suppress(Refused):  # any other fault fails
            assert read_file(name, content).type.label.lower()[0] == name[2]


def test_nothing_can_be_written_from_the_cage(tmp_path: Path) -> None:
    wanted = tmp_path / "stolen"
    program = (
        f"import sys; sys.path.insert(0, {str(Path(picturing.__file__).parent)!r});"
        "import picturing; picturing.cage();"
        f"open({str(wanted)!r}, 'wb', buffering=0).write(b'x' * 10)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, env={}, check=False
    )
    assert b"File too large" in done.stderr
    assert wanted.stat().st_size == 0


def test_the_cage_has_little_memory() -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(Path(picturing.__file__).parent)!r});"
        "import picturing; picturing.cage(); b'x' * (600 * 1024 * 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, env={}, check=False
    )
    assert b"MemoryError" in done.stderr
