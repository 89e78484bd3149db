"""What sales adds to the API beyond its record types."""
