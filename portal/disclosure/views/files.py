"""Serving the files of a release: whole or in part, to be saved, played or read."""

from contextlib import ExitStack
from functools import partial
from threading import BoundedSemaphore
from typing import cast
from uuid import UUID

from flask import Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.disclosure.commands.delivering import begin_file, note_sent
from portal.disclosure.models import FileKind, OpeningKind, ReleaseFile
from portal.disclosure.names import disposition
from portal.disclosure.queries.collecting import Entered, entered, granted_file
from portal.disclosure.queries.releases import file_of
from portal.disclosure.ranges import Slice, Unsatisfiable, is_same_file, wanted
from portal.disclosure.sending import Sending, Stream
from portal.disclosure.views.blueprint import blueprint
from portal.disclosure.views.offloading import passed_on
from portal.errors import NotFound, Upstream
from portal.letters.composing import letter_headers
from portal.sealing.reading import AT_ONCE
from portal.web.guards import browser, public
from portal.web.line import Line
from portal.web.session import house, now, reading, settings, writing

PLAYABLE = frozenset({"video/mp4", "video/webm", "video/quicktime"})


@blueprint.get("/f/<selector>/files/<uuid:file_id>")
@public
def file(selector: str, file_id: UUID) -> ResponseReturnValue:
    """A file, or the bytes of it that a `Range` asks for.

    HEAD sends and notes nothing, and is answered as if no range was asked for (RFC 9110, 14.2).
    Several ranges are answered with the whole file, as the standard allows.
    """
    with reading() as session:
        found = entered(session, selector=selector, browser=browser(), at=now())
        if found is None:
            return _to_the_door(selector)
        asked = granted_file(session, found, file_id)
    etag = f'"{asked.sha256}"'
    try:
        part = wanted(_range(etag), asked.size)
    except Unsatisfiable:
        return Response(status=416, headers={"Content-Range": f"bytes */{asked.size}"})
    headers = {**_headers(asked, part), "ETag": etag}
    status = 206 if part.is_partial else 200
    if request.method == "HEAD":
        return Response(status=status, headers=headers, mimetype=asked.content_type)
    # What is played is asked for in many parts, and stops when a hold is placed: we send it.
    passed = passed_on(found, asked, part, headers) if not _is_played(asked) else None
    if passed is not None:
        return passed
    body = _stream(found, asked, part)
    # The server iterates over the stream itself and closes it: nothing is between the two.
    return Response(body, status, headers, mimetype=asked.content_type, direct_passthrough=True)


@blueprint.get("/f/<selector>/letter")
@public
def letter(selector: str) -> ResponseReturnValue:
    """The letter as a page."""
    with reading() as session:
        found = entered(session, selector=selector, browser=browser(), at=now())
        if found is None:
            return _to_the_door(selector)
        page = granted_file(session, found, file_of(found.link.release, FileKind.LETTER_HTML).id)
    with house().vault.open(page.named) as source:
        content = source.read()
    with writing() as session:
        opening = begin_file(
            session,
            link=found.link,
            file=page,
            what=OpeningKind.READ,
            first_byte=0,
            length=len(content),
            at=now(),
        )
        note_sent(session, opening_id=opening, count=len(content), at=now(), has_ended=True)
    return Response(content, mimetype="text/html", headers=letter_headers())


def _to_the_door(selector: str) -> ResponseReturnValue:
    """People are sent to where they get a code; a player or a program learns nothing."""
    if "text/html" not in request.headers.get("Accept", ""):
        raise NotFound()
    return redirect(url_for(".collect", selector=selector), 303)


def _range(etag: str) -> str | None:
    """The range that is asked for, when it is one of this very file."""
    is_asked = request.method == "GET" and is_same_file(request.headers.get("If-Range"), etag)
    return request.headers.get("Range") if is_asked else None


def _is_played(asked: ReleaseFile) -> bool:
    return (
        request.args.get("play") == "1"
        and asked.kind is FileKind.COPY
        and asked.content_type in PLAYABLE
    )


def _headers(asked: ReleaseFile, part: Slice) -> dict[str, str]:
    how = "inline" if _is_played(asked) else "attachment"
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Length": str(part.length),
        "Content-Disposition": disposition(how, asked.name),
        # A proxy that takes it all at once would hold what must not go out any more.
        "X-Accel-Buffering": "no",
    }
    if part.is_partial:
        headers["Content-Range"] = f"bytes {part.first}-{part.last}/{asked.size}"
    return headers


def _stream(found: Entered, asked: ReleaseFile, part: Slice) -> Stream:
    place = _place()
    try:
        return _begun(found, asked, part, place)
    except BaseException:
        place.release()
        raise


def _begun(found: Entered, asked: ReleaseFile, part: Slice, place: BoundedSemaphore) -> Stream:
    with ExitStack() as unless_it_begins:
        source = unless_it_begins.enter_context(house().vault.open(asked.named))
        with writing() as session:
            opening_id = begin_file(
                session,
                link=found.link,
                file=asked,
                what=OpeningKind.PLAYED if _is_played(asked) else OpeningKind.DOWNLOADED,
                first_byte=part.first,
                length=part.length,
                at=now(),
            )
        unless_it_begins.pop_all()
    line = Line(request.environ.get("gunicorn.socket"))
    line.keep_pace(piece=AT_ONCE, slowest=settings().slowest_download)
    sending = Sending(found.link.id, asked.id, browser(), opening_id, part.first, part.length)
    look_at = partial(current_app.extensions["look_at"], house(), asked.storage_key)
    return Stream(house(), sending, source, line=line, place=place, damaged=look_at)


def _place() -> BoundedSemaphore:
    """One of this process's places for downloads, so that pages always find a thread."""
    places = cast(BoundedSemaphore, current_app.extensions["downloads"])
    if not places.acquire(blocking=False):
        raise Upstream("Many people are collecting files. Try again in a few minutes.")
    return places
