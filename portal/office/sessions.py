"""How long a handler stays signed in. Law: pure."""

from datetime import timedelta

SESSION_LASTING = timedelta(hours=10)
SESSION_IDLE = timedelta(minutes=30)
