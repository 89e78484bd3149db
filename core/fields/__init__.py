"""Fields of any kind, built in or added: where their values lie, how they are read, shown, edited."""
