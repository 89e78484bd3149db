"""The forms of the core; each module is named as the view that shows it."""
