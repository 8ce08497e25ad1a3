"""Disclosure: the decision, the release package, the download link."""
