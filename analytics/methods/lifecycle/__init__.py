"""How customers move between stages, and which action is worth taking in each."""

__all__: list[str] = []
