"""Companies, contacts, leads and how they come in."""
