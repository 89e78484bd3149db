"""Several records become one: values are chosen, links move, and all of it can be undone."""
