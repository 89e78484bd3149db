"""Quotes: drafts, issue, revisions (`quotes`); their paper (`paper`, `typesetting`, `fonts`)."""
