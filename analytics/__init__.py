"""Scores, segments, forecasts: the science and how it reaches the records."""
