"""Whom a text names: "@" and the name of a colleague."""

from core.models import User


def mentioned(body: str) -> list[User]:
    """The active users named in the text; of "@Ann Lee" and "@Ann" the longer name counts."""
    if "@" not in body:
        return []
    users = User.objects.filter(is_active=True)
    text = body.casefold()
    found: list[User] = []
    for user in sorted(users, key=lambda it: -len(it.display_name)):
        name = f"@{user.display_name.casefold()}"
        text, is_named = _without(text, name)
        if is_named:
            found.append(user)
    return found


def _without(text: str, name: str) -> tuple[str, bool]:
    """The text without the name, so that a shorter name within it does not count; and whether."""
    kept, place, is_named = "", 0, False
    while (at := text.find(name, place)) >= 0:
        end = at + len(name)
        is_whole = not (
            name[-1].isascii() and text[end : end + 1].isascii() and text[end : end + 1].isalnum()
        )
        kept += text[place:at] + (" " if is_whole else text[at:end])
        is_named = is_named or is_whole
        place = end
    return kept + text[place:], is_named
