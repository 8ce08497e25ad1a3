"""Files that rows name and that are gone, for whoever can fetch them back from a backup."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.actors import Role
from portal.expiry.queries import missing_files
from portal.web.guards import roles
from portal.web.session import reading

blueprint = Blueprint("files", __name__)


@blueprint.get("/files")
@roles(Role.ADMINISTRATOR)
def gone() -> ResponseReturnValue:
    """What the daily comparison of rows and files found to be gone. No file is opened here."""
    with reading() as session:
        return render_template("office/files.html", missing=missing_files(session))
