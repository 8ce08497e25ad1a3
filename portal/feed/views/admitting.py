"""Who is calling: the key in the Authorization header, counted and compared."""

from portal.actors import Actor
from portal.feed.keys import Key, read_key
from portal.feed.models import ApiClient
from portal.feed.queries import actor_of, client_with
from portal.web.guards import REALM
from portal.web.limits import MACHINE_CALLS, WRONG_MACHINE_KEYS, take, visitor
from portal.web.problems import KEY_NEEDED, Problem
from portal.web.session import now, reading, writing

_CHALLENGE = f'Bearer realm="{REALM}"'


def admit(authorization: str) -> Actor:
    """The machine whose key the header shows, and one more of its calls counted.

    Raises a 401 `Problem` for no key, a wrong one or one that was ended, and TooMany for too many
    calls of one key or too many wrong keys from one address. Wrong keys lock out no right one.
    """
    scheme, _, shown = authorization.strip().partition(" ")
    if scheme.lower() != "bearer":
        detail = "Send the header `Authorization: Bearer ID.SECRET`."
        raise Problem(KEY_NEEDED, detail, headers={"WWW-Authenticate": _CHALLENGE})
    client = _client_with(read_key(shown.strip()))
    with writing() as session:
        if client is None:
            take(session, WRONG_MACHINE_KEYS, visitor(), at=now())
        else:
            take(session, MACHINE_CALLS, client.key_id, at=now())
    if client is None:
        challenge = f'{_CHALLENGE}, error="invalid_token"'
        detail = "This is no key of ours, or it has been ended."
        raise Problem(KEY_NEEDED, detail, headers={"WWW-Authenticate": challenge})
    return actor_of(client)


def _client_with(key: Key | None) -> ApiClient | None:
    if key is None:
        return None
    with reading() as session:
        return client_with(session, key)
