"""Forecasts of one series: cleaning, candidates, backtest, choice, bands, reconciliation.

Each candidate takes several beginnings of series at once and forecasts them side by side, so that the
backtest from many origins costs little more than one forecast.
"""

__all__: list[str] = []
