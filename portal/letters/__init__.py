"""Formal documents: what each letter must say, and making it as a web page and as a PDF."""
