"""What an operator sees of the running product: log lines, metrics, errors; never personal data."""
