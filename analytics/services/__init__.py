"""What changes in analytics."""
