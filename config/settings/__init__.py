"""Settings: `embedded` (make run), `production` (containers), `test`; all stand on `base`."""
