"""Notices: the e-mails we owe."""
