"""The outbox: the list of work owed after a commit."""
