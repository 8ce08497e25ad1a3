"""Handing a file to the server that sends it in our place: nginx in front of us, or a store.

Everything was asked before. What follows is not asked again: ADR 0022 says what that gives up.
"""

from collections.abc import Mapping

from flask import Response

from portal.disclosure.commands.offloading import pass_on
from portal.disclosure.models import ReleaseFile
from portal.disclosure.queries.collecting import Entered
from portal.disclosure.queries.offloading import key_of
from portal.disclosure.ranges import Slice
from portal.errors import Upstream
from portal.storage import FolderStorage
from portal.web.guards import browser
from portal.web.session import house, now, reading, writing

# The address under which nginx, and nobody outside, finds the folder of plain copies.
OPENED = "/opened/"
LASTS_SECONDS = 60


def passed_on(
    found: Entered, asked: ReleaseFile, part: Slice, headers: Mapping[str, str]
) -> Response | None:
    """The answer by which another server sends the file, with these headers as far as it takes
    them; None when it is for us to send. Refused when it may not go after all."""
    answer = _answer(asked, headers)
    if answer is None:
        return None
    with writing() as session:
        is_passed = pass_on(
            session, link=found.link, file=asked, browser=browser(), part=part, at=now()
        )
    return answer if is_passed else None


def _answer(asked: ReleaseFile, headers: Mapping[str, str]) -> Response | None:
    place = house().offload
    if place is None:
        return None
    with reading() as session:
        key = key_of(session, asked.id)
    try:
        if key is None or not place.exists(key):
            return None
        if isinstance(place, FolderStorage):
            return _by_nginx(key, asked, headers)
        address = place.address_of(
            key, seconds=LASTS_SECONDS, name=asked.name, media_type=asked.content_type
        )
        return Response(status=303, headers={"Location": address})
    except (Upstream, OSError):
        return None  # out of reach: the portal sends it, as if there was no such place


def _by_nginx(key: str, asked: ReleaseFile, headers: Mapping[str, str]) -> Response:
    kept = {name: headers[name] for name in ("Content-Disposition", "ETag")}
    said = {**kept, "X-Accel-Redirect": f"{OPENED}{key}"}
    return Response(headers=said, mimetype=asked.content_type)
