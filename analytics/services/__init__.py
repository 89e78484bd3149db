"""Processes of analytics: check, write, refuse."""
