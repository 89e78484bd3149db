"""For whom a message changes most."""

__all__: list[str] = []
