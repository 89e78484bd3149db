"""Segments, campaigns, journeys, content, KOLs, ads and experiments."""
