"""The staff's pages about one request."""
