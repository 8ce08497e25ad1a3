"""A browser that may collect an answer, and answers that are packed quickly."""

import pytest
from flask.testing import FlaskClient

from portal.disclosure import packing
from portal.disclosure.models import DownloadLink
from portal.house import House
from portal.identity.commands.codes import grant_visit
from portal.identity.proof import CodePurpose
from portal.ids import digest, new_token


def let_in(client: FlaskClient, house: House, link: DownloadLink) -> None:
    """Everything that a browser is asked for before it may collect was shown: for a test of what
    comes after."""
    key = new_token(256)
    with house.db.writing() as session:
        for purpose in CodePurpose:
            grant_visit(
                session,
                purpose=purpose,
                subject_id=link.id,
                browser=digest(key),
                at=house.now(),
            )
    with client.session_transaction() as cookie:
        cookie["browser"] = key


def path_of(link: DownloadLink, file_id: object) -> str:
    """Where a file of a release is collected."""
    return f"/f/{link.selector}/files/{file_id}"


def draw_no_pdf(patch: pytest.MonkeyPatch) -> None:
    """Pack letters whose PDF is their page: drawing one takes longer than all else together, and
    `tests/integration/letters` looks at what is drawn."""
    patch.setattr(packing, "render_pdf", str.encode)
