"""Api of marketing."""
