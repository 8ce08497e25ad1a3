"""Looking again: internal reviews and data protection complaints."""
