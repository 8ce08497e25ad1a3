"""The request: how long we have, where it stands, and the public's journey."""
