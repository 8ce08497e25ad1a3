"""The keys of machines."""

import pytest

from portal.feed.keys import NOBODYS, Key, is_secret, new_key, read_key
from portal.ids import digest


def test_a_new_key_is_read_back_and_proves_itself() -> None:
    key = new_key()
    assert read_key(str(key)) == key
    assert is_secret(key.secret, digest(key.secret))
    assert not is_secret(key.secret, NOBODYS)
    assert not is_secret(new_key().secret, digest(key.secret))


def test_a_secret_has_256_bits_and_no_two_keys_are_alike() -> None:
    keys = {new_key() for _ in range(1000)}
    assert len({key.key_id for key in keys}) == len({key.secret for key in keys}) == 1000
    assert {len(key.secret) for key in keys} == {43}


KEY = Key("key-7K3Q-M2XD", "s" * 43)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        KEY.key_id,
        KEY.secret,
        f"{KEY.key_id}.",
        f".{KEY.secret}",
        f"{KEY}x",
        f" {KEY}",
        f"{KEY}\n",
        f"{KEY}.{KEY.secret}",
        f"{KEY.key_id}:{KEY.secret}",
        f"{KEY.key_id.lower()}.{KEY.secret}",
        f"{KEY.key_id}.{'é' * 43}",
        f"{KEY.key_id}\0.{KEY.secret}",
    ],
)
def test_what_is_no_key_is_not_read_as_one(text: str) -> None:
    assert read_key(str(KEY)) == KEY
    assert read_key(text) is None
