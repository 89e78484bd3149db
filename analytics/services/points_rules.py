"""Points rules: written, switched, deleted; the limits of the score; rules to begin with."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.models import PointsBook, PointsRule
from analytics.models.points_rules import LEAD, MOST_POINTS
from analytics.queries.points_rules import said_of
from analytics.services.points_starters import starters
from core import audit, permissions
from core.conditions import Condition, Criterion, Viewpoint, asks_who_asks, leaves
from core.errors import Refused
from core.models import User
from core.registries import record_types

PERMISSION = "analytics.lead_score.run"
MOST_RULES = 100
MOST_DAYS = 3_650
MOST_TIMES = 1_000
LIMITS = (
    "fit_limit",
    "engagement_limit",
    "total_limit",
    "letter_a",
    "letter_b",
    "letter_c",
    "digit_1",
    "digit_2",
    "digit_3",
)


@transaction.atomic
def save_rule(*, rule: PointsRule, by: User, at: datetime) -> PointsRule:
    """Make or change a rule."""
    permissions.require(by, PERMISSION)
    check_rule(rule=rule, by=by, at=at)
    before = PointsRule.objects.filter(pk=rule.pk).first()
    rule.book = _changed_book(at)
    if before is None and rule.book.rules.count() >= MOST_RULES:
        raise Refused(_("There can be %(most)s rules at most.") % {"most": MOST_RULES})
    changes = audit.differences(audit.snapshot(before), rule) if before else None
    rule.save()
    if changes is None:
        audit.record(actor=by, action="points.rule.create", subject=rule)
    elif changes:
        audit.record(actor=by, action="points.rule.change", subject=rule, changes=changes)
    return rule


def check_rule(*, rule: PointsRule, by: User, at: datetime) -> None:
    """Refuse a rule that makes no sense; bring its condition into its stored form and name it."""
    _check_points(rule)
    view = Viewpoint(by, timezone.localtime(at))
    if rule.behaviour and rule.is_fit:
        raise Refused(_("What people do is engagement. Fit rules have a condition."))
    asked = rule.asked(view)
    if not rule.behaviour:
        _check_condition(asked)
        rule.condition = asked.as_json()
        rule.kinds = []
        rule.days = rule.half_life = rule.most_times = rule.most_points = None
    rule.name = " ".join(rule.name.split())[:120] or str(said_of(rule, view))[:120]


def _check_points(rule: PointsRule) -> None:
    if not 1 <= abs(rule.points) <= MOST_POINTS:
        raise Refused(_("Points lie between 1 and 100, or between -100 and -1."))
    for days in (rule.days, rule.half_life):
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise Refused(_("Say a number of days from 1 to %(most)s.") % {"most": MOST_DAYS})
    if rule.most_times is not None and not 1 <= rule.most_times <= MOST_TIMES:
        raise Refused(_("Say how often as a number from 1 to %(most)s.") % {"most": MOST_TIMES})
    if rule.most_points is not None and not abs(rule.points) <= rule.most_points <= MOST_POINTS:
        raise Refused(
            _("The most points lie between those of one time, %(points)s, and %(most)s.")
            % {"points": abs(rule.points), "most": MOST_POINTS}
        )


def _check_condition(asked: Condition) -> None:
    """A rule means the same for everybody and does not hang on the score that it makes."""
    found = list(leaves(asked))
    if not found:
        raise Refused(_("Say which leads get the points."))
    if asks_who_asks(asked):
        raise Refused(_("A rule is the same for everybody: choose people instead of “me”."))
    for leaf in found:
        if isinstance(leaf, Criterion) and _is_of_score(leaf.field):
            raise Refused(_("A rule cannot ask for the score: the score is made of the rules."))


def _is_of_score(name: str) -> bool:
    """Whether the field belongs to the score: it is hidden with it."""
    kind = record_types[LEAD]
    field = kind.field.get(name)
    return field is not None and kind.rule_of(field) == kind.field_name("score")


@transaction.atomic
def enable_rule(*, rule: PointsRule, is_enabled: bool, by: User, at: datetime) -> None:
    """Take a rule into use, or out of it."""
    permissions.require(by, PERMISSION)
    if rule.is_enabled == is_enabled:
        return
    rule.is_enabled = is_enabled
    rule.save(update_fields=["is_enabled"])
    _changed_book(at)
    changes = {"is_enabled": (not is_enabled, is_enabled)}
    audit.record(actor=by, action="points.rule.change", subject=rule, changes=changes)


@transaction.atomic
def delete_rule(*, rule: PointsRule, by: User, at: datetime) -> None:
    permissions.require(by, PERMISSION)
    _changed_book(at)
    told = {name: (value, None) for name, value in rule.as_json().items()}
    audit.record(actor=by, action="points.rule.delete", subject=rule, changes=told)
    rule.delete()


@transaction.atomic
def set_limits(*, by: User, at: datetime, **limits: int) -> PointsBook:
    """The most points of each group and of both, and where the cells begin."""
    permissions.require(by, PERMISSION)
    book = _changed_book(at)
    before = audit.snapshot(book)
    for name in LIMITS:
        setattr(book, name, limits[name])
    check_limits(book)
    book.save(update_fields=LIMITS)
    changes = audit.differences(before, book)
    if changes:
        audit.record(actor=by, action="points.limits", subject=book, changes=changes)
    return book


def check_limits(book: PointsBook) -> None:
    """Refuse limits out of bounds, and cells that do not fall."""
    most = (book.fit_limit, book.engagement_limit, book.total_limit)
    if not all(1 <= each <= MOST_POINTS for each in most):
        raise Refused(_("Limits lie between 1 and 100 points."))
    if not book.fit_limit >= book.letter_a > book.letter_b > book.letter_c > 0:
        raise Refused(
            _("The letters fall: A from at most %(most)s points, then B, then C from at least 1.")
            % {"most": book.fit_limit}
        )
    if not book.engagement_limit >= book.digit_1 > book.digit_2 > book.digit_3 > 0:
        raise Refused(
            _("The digits fall: 1 from at most %(most)s points, then 2, then 3 from at least 1.")
            % {"most": book.engagement_limit}
        )


@transaction.atomic
def add_starters(*, by: User, at: datetime) -> list[PointsRule]:
    """Rules to begin with, in the language of whoever asks; none where there are rules already."""
    permissions.require(by, PERMISSION)
    if PointsRule.objects.filter(book__object_type=LEAD).exists():
        raise Refused(_("There are rules already. Starter rules are for an empty page."))
    return list(_saved_starters(by, at))


def _saved_starters(by: User, at: datetime) -> Iterator[PointsRule]:
    """Those that the user may write: a field may be hidden from them."""
    for given in starters():
        rule = PointsRule(**given)
        try:
            yield save_rule(rule=rule, by=by, at=at)
        except Refused:
            continue


def _changed_book(at: datetime) -> PointsBook:
    """The book of leads, made when it is first written; it notes that something changed."""
    defaults: dict[str, Any] = {"changed_at": at}
    book, is_new = PointsBook.objects.get_or_create(object_type=LEAD, defaults=defaults)
    if not is_new:
        book.changed_at = at
        book.save(update_fields=["changed_at"])
    return book
