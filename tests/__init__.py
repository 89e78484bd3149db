"""Tests: a mirror of the tree; `house/` holds what is true of every page and every module."""
