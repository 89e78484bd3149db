"""Views of marketing."""
