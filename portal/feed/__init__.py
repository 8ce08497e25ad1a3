"""The machine feed: the door for the force's other systems, at /api/v1."""
