"""Analytics in the API."""
