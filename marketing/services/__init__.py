"""Processes of marketing."""
