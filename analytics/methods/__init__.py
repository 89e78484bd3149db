"""Pure science: numbers in, numbers out.

Nothing here knows Django, the database or the network, so the same function serves a job over a
million rows, a backtest on a user's file and a test on public data.
"""
