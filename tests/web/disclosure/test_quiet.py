"""What is logged while an answer is collected: neither the way to it nor what opens it."""

import logging

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.house import House
from portal.notifications.models import Notice
from tests.factories.disclosure import PASSPHRASE, Ready, answered, ready_to_decide


def test_collecting_leaves_no_secret_in_any_log(
    client: FlaskClient, sqlite_house: House, caplog: pytest.LogCaptureFixture
) -> None:
    ready: Ready = ready_to_decide(sqlite_house, contents=[b"a video of one person"])
    link = answered(sqlite_house, ready)
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    door = f"/f/{link.selector}"
    client.post(f"{door}/send-code")
    with sqlite_house.db.reading() as session:
        sent = session.scalars(sa.select(Notice).where(Notice.kind == "code")).one()
    code = str(sent.fields["code"])
    client.post(f"{door}/code", data={"code": "00000000"})
    assert client.post(f"{door}/code", data={"code": code}).status_code == 303
    client.post(f"{door}/passphrase", data={"passphrase": "not what they chose"})
    assert client.post(f"{door}/passphrase", data={"passphrase": PASSPHRASE}).status_code == 303
    for file in link.release.files:
        with client.get(f"{door}/files/{file.id}") as answer:
            assert answer.status_code == 200 and answer.data
    client.get(f"{door}/files/{link.id}", headers={"Accept": "text/html"})
    said = "\n".join(f"{one.getMessage()} {one.__dict__!r}" for one in caplog.records)
    assert said.count("answered") > 10
    secrets = [link.selector, code, PASSPHRASE, "not what they chose", ready.reference]
    names = [str(name) for file in link.release.files for name in (file.name, file.id)]
    assert [each for each in secrets + names if each in said] == []
