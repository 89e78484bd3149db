"""What the pages of analytics show."""
