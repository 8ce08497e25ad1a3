"""Redaction: what is hidden on a copy, and making the copy."""
