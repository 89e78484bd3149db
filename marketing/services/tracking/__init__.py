"""Links of messages and what comes back by them."""
