"""How gunicorn serves downloads by itself, apart from pages:

    gunicorn --config python:portal.web.download_server --bind 127.0.0.1:8001 wsgi:app

A thread for each download, which waits for its reader most of the time, and some more for the
words that say why a file cannot be had. DOWNLOADS and DOWNLOAD_PROCESSES in the environment say
how many downloads a process serves at once (64) and how many processes there are (one for each
processor). The names below are gunicorn's.
"""

import os

_downloads = int(os.environ.get("DOWNLOADS", "64"))

worker_class = "gthread"
workers = int(os.environ.get("DOWNLOAD_PROCESSES") or os.cpu_count() or 1)
threads = _downloads + 8
worker_connections = 4 * threads
raw_env = [f"PORTAL_DOWNLOADS_AT_ONCE={_downloads}"]
control_socket_disable = True
# A process that is to stop gives downloads so long; what was cut can be gone on with.
graceful_timeout = 30
