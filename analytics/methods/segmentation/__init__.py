"""Groups of customers who are alike: how many there truly are, who belongs to which, and what sets it apart."""

__all__: list[str] = []
