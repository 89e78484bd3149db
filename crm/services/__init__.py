"""Processes of sales: check, write, refuse."""
