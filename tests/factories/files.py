"""Files that people send."""

import io

import pikepdf
from PIL import Image

CANARY = b"CANARY-PHONE-OF-AMINA"


def picture(
    kind: str = "JPEG", *, size: tuple[int, int] = (640, 400), mode: str = "RGB", turned: int = 1
) -> bytes:
    """A picture with metadata that says by which phone it was taken."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = turned, CANARY.decode()
    target = io.BytesIO()
    image = Image.new(mode, size) if mode == "P" else Image.new(mode, size, "white")
    image.paste(0, (0, 0, size[0] // 2, size[1] // 2))
    image.save(target, kind, exif=exif)
    return target.getvalue()


def pdf(pages: int = 1, *, password: str = "", side: int = 300) -> bytes:
    """A PDF with so many empty pages."""
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(side, side))
    document.docinfo["/Title"] = CANARY.decode()
    target = io.BytesIO()
    lock = pikepdf.Encryption(owner=password, user=password) if password else False
    document.save(target, encryption=lock)
    return target.getvalue()
