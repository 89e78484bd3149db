"""Processes of the core: check, write, refuse."""
