"""Long work: questions, runs, partitions, leases.

A *question* is a kind of job over a scope; asked as of a moment it has one `JobRun`. A run goes

    queued -> preparing -> working -> finishing -> succeeded
                   \\__________\\___________\\-> failed, cancelled, insufficient

Preparing and finishing belong to one worker at a time; while it is working, its partitions are
handed to as many workers as there are. Whoever takes a piece claims it by a conditional UPDATE
that raises `claim` and sets a lease; a heartbeat renews the lease. What a piece computed is saved
in one transaction together with the mark that it is done, and only while the claim still holds. A
worker may die at any line, and whoever does not hold the claim writes nothing, not even the end.
"""
