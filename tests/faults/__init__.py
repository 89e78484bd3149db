"""Workers that die: the same end result as without, nothing twice."""
