"""What writes, with its trail."""
