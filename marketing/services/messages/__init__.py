"""Messages: their blocks, the fields in them, how they are drawn, saved and looked through."""
