"""The verbs of the office, one file for each."""
