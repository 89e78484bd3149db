"""The inbox of new leads: those that nobody has answered yet, what is worth most first."""

from urllib.parse import urlencode

from django.urls import reverse

from core.lists import ListState

NEW, WAITING = "status:is:new", "awaits:set"
PARTS = (NEW, WAITING)
# Whose: as the filter of the owner says it.
OWNERS = {"me": "owner:is:me", "my_team": "owner:is:my_team", "nobody": "owner:empty"}


def is_inbox(state: ListState) -> bool:
    """Whether a list of leads shows new ones that wait, perhaps narrowed further."""
    return set(PARTS) <= {part.parameter for part in state.parts}


def inbox_url(whose: str = "", *more: str) -> str:
    """The list of new leads, of all that may be seen or of some; `more` are further conditions."""
    parts = [*PARTS, *([OWNERS[whose]] if whose else []), *more]
    query = [("if", part) for part in parts]
    columns = "company,score,awaits,source,owner,created"
    query += [("sort", "-score"), ("columns", columns)]
    return f"{reverse('lead_list')}?{urlencode(query, safe=':,')}"


def leads_url(*parts: str, sort: str = "", columns: str = "") -> str:
    """The list of leads of which all of this holds."""
    query = [("if", part) for part in parts if part]
    query += [(name, value) for name, value in (("sort", sort), ("columns", columns)) if value]
    return f"{reverse('lead_list')}?{urlencode(query, safe=':,')}"
