"""Safe names for what is in a release. Law: pure.

Letters, digits and dashes only: they mean the same on every computer and in every shell.
The names of one answer begin with the same stem, see `stem_of`.
"""

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
