"""The only door to itsdangerous. One salt per purpose: a token made for one is none for another."""

from enum import StrEnum
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from portal.errors import Gone, NotFound


class Purpose(StrEnum):
    """What a signed token is for."""

    SIGN_IN_SECOND_STEP = "sign-in-second-step"


class Signer:
    """Signs small facts that travel through a browser and come back."""

    def __init__(self, secret_key: str) -> None:
        self._secret_key = secret_key

    def sign(self, purpose: Purpose, fact: Any) -> str:
        """A token that carries the fact, for this purpose only."""
        return self._serializer(purpose).dumps(fact)

    def read(self, purpose: Purpose, token: str, *, seconds: int) -> Any:
        """The fact in a token.

        Gone when it is older than `seconds`, NotFound when it is not ours.
        """
        try:
            return self._serializer(purpose).loads(token, max_age=seconds)
        except SignatureExpired:
            raise Gone("That took too long. Start again.") from None
        except BadSignature:
            raise NotFound("Start again.") from None

    def _serializer(self, purpose: Purpose) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._secret_key, salt=f"portal.{purpose.value}")
