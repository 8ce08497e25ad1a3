"""Holds: what may not be destroyed or let go, and why."""
