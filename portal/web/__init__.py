"""What every page shares: sessions, guards, error pages, headers, limits."""
