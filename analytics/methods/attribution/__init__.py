"""Which touches share in what came of them."""

__all__: list[str] = []
