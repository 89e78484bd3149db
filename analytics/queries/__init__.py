"""Reads that feed panels and model pages."""
