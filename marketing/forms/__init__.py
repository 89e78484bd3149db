"""What marketing asks people."""
