"""Search: words are cut here, so that both databases find the same by their own full-text index."""
