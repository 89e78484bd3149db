"""Tests of what a message changes: effects, intervals that stand daily looks, plans and verdicts."""

__all__: list[str] = []
