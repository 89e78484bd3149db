"""Long work on records."""
