"""The verbs of identity, one file for each."""
