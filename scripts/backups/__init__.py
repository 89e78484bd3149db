"""`make backup` and `make restore`: one archive of database, media and key, checked by checksums."""
