"""Records told to programs: JSON with the names of the API, by the rights of whoever is told."""
