"""The product as `make run` starts it, driven through Chromium."""
