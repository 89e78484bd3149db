"""How messages leave, each exactly once (docs/decisions/0062)."""
