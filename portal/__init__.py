"""The footage request portal."""
