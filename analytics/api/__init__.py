"""What analytics adds to the API."""
