"""Safe names for what is in a release. Law: pure.

Letters, digits and dashes only: they mean the same on every computer and in every shell.
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


def video_name(reference: str, number: int, media: str) -> str:
    """The name of a copy: `BWV-7K3Q-M2XD-video-1.mp4`."""
    return f"{reference}-video-{number}{ending_of(media)}"


def video_type(media: str) -> str:
    """The content type of a copy, by its ending."""
    return VIDEO_TYPES.get(ending_of(media), "application/octet-stream")


def letter_name(reference: str, ending: str) -> str:
    """The name of the letter: `BWV-7K3Q-M2XD-letter.pdf`."""
    return f"{reference}-letter{ending}"


def manifest_name(reference: str) -> str:
    """The name of the list of fingerprints: `BWV-7K3Q-M2XD-SHA256SUMS.txt`."""
    return f"{reference}-SHA256SUMS.txt"


def package_name(reference: str) -> str:
    """The name of the package of everything: `BWV-7K3Q-M2XD.zip`."""
    return f"{reference}.zip"
