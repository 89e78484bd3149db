"""Dates as they are written in each language, where Django writes them otherwise."""
