"""What `make run` is made of: an embedded Valkey, web, worker and beat under one supervisor."""
