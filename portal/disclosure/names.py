"""Safe names for what is in a release. Law: pure.

Letters, digits and dashes only: they mean the same on every computer and in every shell.
The names of one answer begin with the same stem, see `stem_of`.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote

# No dash in front, which a command would take for an option, and no dot at an end, which Windows
# drops. Eighty characters leave room for the folder that somebody unpacks them into.
_PLAIN = re.compile(r"(?=.{1,80}\Z)[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*(?:\.[A-Za-z0-9]+)*", re.ASCII)
# Names of devices on Windows, whatever ending they have.
_DEVICES = {
    *("con", "prn", "aux", "nul", "clock"),
    *(f"{device}{number}" for device in ("com", "lpt") for number in range(10)),
}
_QUOTABLE = re.compile(r"[A-Za-z0-9 !#$&+.^_`|~-]+", re.ASCII)

VIDEO_TYPES = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".webm": "video/webm",
    ".avi": "video/x-msvideo",
}


def ending_of(media: str) -> str:
    """The ending of a master's name, such as `.mp4`; `.bin` for any that we do not know."""
    dot, found = media.rpartition(".")[1:]
    ending = f"{dot}{found.lower()}"
    return ending if ending in VIDEO_TYPES else ".bin"


def stem_of(reference: str, answer: int) -> str:
    """What the names of a request's first, second… answer begin with: `BWV-7K3Q-M2XD`, then
    `BWV-7K3Q-M2XD-answer-2`, so that two answers saved in one folder are told apart."""
    return reference if answer == 1 else f"{reference}-answer-{answer}"


def video_name(stem: str, number: int, media: str) -> str:
    """The name of a copy: `BWV-7K3Q-M2XD-video-1.mp4`."""
    return f"{stem}-video-{number}{ending_of(media)}"


def video_type(media: str) -> str:
    """The content type of a copy, by its ending."""
    return VIDEO_TYPES.get(ending_of(media), "application/octet-stream")


def letter_name(stem: str, ending: str) -> str:
    """The name of the letter: `BWV-7K3Q-M2XD-letter.pdf`."""
    return f"{stem}-letter{ending}"


def manifest_name(stem: str) -> str:
    """The name of the list of fingerprints: `BWV-7K3Q-M2XD-SHA256SUMS.txt`."""
    return f"{stem}-SHA256SUMS.txt"


def package_name(stem: str) -> str:
    """The name of the package of everything: `BWV-7K3Q-M2XD.zip`."""
    return f"{stem}.zip"


def contents_name(stem: str) -> str:
    """The name of the page that says what is in a package: `BWV-7K3Q-M2XD-what-is-in-it.txt`."""
    return f"{stem}-what-is-in-it.txt"


def is_safe(name: str) -> bool:
    """Whether a name means one file, here and now, on every system: no path, no device, no
    character that a shell, a file system or an archive program could take for something else."""
    return bool(_PLAIN.fullmatch(name)) and name.partition(".")[0].lower() not in _DEVICES


def are_told_apart(names: Iterable[str]) -> bool:
    """Whether no two names are the same file where capitals do not count (Windows, macOS)."""
    folded = [name.casefold() for name in names]
    return len(folded) == len(set(folded))


def disposition(how: str, name: str) -> str:
    """The `Content-Disposition` of a file (RFC 6266): `inline` or `attachment`, and its name.

    A name that does not fit between quotes as it is comes twice: as UTF-8 (RFC 8187), and for old
    programs with a dash for each character that does not fit.
    """
    if _QUOTABLE.fullmatch(name):
        return f'{how}; filename="{name}"'
    plain = "".join(each if _QUOTABLE.fullmatch(each) else "-" for each in name) or "file"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"
