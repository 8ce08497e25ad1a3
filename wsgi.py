"""What gunicorn serves: `gunicorn --no-control-socket wsgi:app`."""

import os

from portal.app import create_app
from portal.config import read_settings
from portal.hall import open_portal
from portal.logs import begin_logging

begin_logging()
app = create_app(open_portal(read_settings(os.environ)))
