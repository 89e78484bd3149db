"""Webhooks: events that other systems are told of, what they are told, and the way there."""
