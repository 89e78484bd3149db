"""Jobs of marketing."""
