"""What an e-mail address must have to be worth writing to. Only writing to it proves it."""

import re

LIKE = "Enter an e-mail address, like name@example.com"
_SHAPE = re.compile(
    r"[^\s@\"<>(),:;\\\[\]]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,63}"
)


def fault_of(typed: str) -> str | None:
    """What is wrong with an address, in words to show, or None."""
    if not typed:
        return "Enter an e-mail address"
    local, _, domain = typed.rpartition("@")
    is_one = (
        typed.isascii()
        and _SHAPE.fullmatch(typed)
        and not (local.startswith(".") or local.endswith(".") or ".." in local)
        and not any(part.startswith("-") or part.endswith("-") for part in domain.split("."))
    )
    return None if is_one else LIKE
