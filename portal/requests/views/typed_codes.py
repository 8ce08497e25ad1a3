"""What to say about a code that was typed, after it was checked and counted."""

from portal.identity.codes import CodeVerdict, tidy_code

_DIGITS = 8


def in_words(verdict: CodeVerdict, typed: str | None) -> str:
    """The verdict for whoever typed. A code of another length is none we ever sent, so that says
    more than the verdict does, and nothing about the code we did send."""
    if len(tidy_code(typed or "")) != _DIGITS:
        return "The code has 8 numbers"
    return verdict.explanation
