"""A made-up company to try the product with: what it is, how it is stored, how it goes again."""
