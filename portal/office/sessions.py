"""How long a handler stays signed in. Law: pure."""

from datetime import timedelta

SESSION_LASTING = timedelta(hours=10)
SESSION_IDLE = timedelta(minutes=30)
# Being there is written down at most this often, so that a busy handler is not a busy database.
NOTE_EVERY = timedelta(minutes=1)
SECOND_STEP_SECONDS = 300
