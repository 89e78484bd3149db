"""For whom messages change most: which learner serves, and why."""

from django.utils.translation import gettext, gettext_noop

# What each learner is called where sentences speak of it.
LEARNER_NAMES = {
    "one_field": gettext_noop("rule of one field"),
    "transformed": gettext_noop("transformed outcome"),
    "two_models": gettext_noop("two models"),
}


def why_served(chosen: str | None, best: str) -> str:
    """One sentence: what serves, and why not another."""
    names = {"best": gettext(LEARNER_NAMES[best])}
    if chosen is None:
        return (
            gettext(
                "Nothing serves: the best, “%(best)s”, does not order people better than chance on "
                "people it has not seen."
            )
            % names
        )
    if chosen == best:
        return (
            gettext(
                "“%(best)s” serves: it orders people best on people it has not seen, and nothing "
                "simpler comes within one standard error of it."
            )
            % names
        )
    names["served"] = gettext(LEARNER_NAMES[chosen])
    return (
        gettext(
            "“%(served)s” serves: it is simpler than “%(best)s” and lies within one standard error of "
            "it on people that neither has seen."
        )
        % names
    )
