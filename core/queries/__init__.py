"""Reads that span models or feed a page."""
