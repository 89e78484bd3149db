"""What is true of every page, every module and every text."""
