"""The book: every deed is an entry in a hash chain."""
