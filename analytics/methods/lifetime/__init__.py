"""What customers without a contract will still buy: BG/NBD for how often, Gamma-Gamma for how much."""

__all__: list[str] = []
