"""From records to frames: read in chunks, one row per record."""
