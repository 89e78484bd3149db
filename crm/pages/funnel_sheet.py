"""The figures of the funnel report as rows of a file."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from core.exports.sheets import Value, currency_head
from crm.methods.funnel import DealFigures
from crm.pages.funnel import GROUP_LABELS, FunnelReport, StageRow

PLACES = 4  # of a share
DAY_PLACES = 2


class FunnelSheet:
    """One table: the stages, then the deals as a whole and told apart, then why they were lost."""

    def __init__(self, report: FunnelReport) -> None:
        self.report = report

    @property
    def heads(self) -> list[str]:
        heads = [
            _("Part"),
            _("Name"),
            _("Entered"),
            _("Left"),
            _("Went on"),
            _("Share that went on"),
            _("The same before"),
            _("New deals"),
            _("Won"),
            _("Lost"),
            _("Win rate"),
            _("Days, median"),
            _("Days, 90th percentile"),
        ]
        if self.report.sees_amount:
            heads += [_("Won, value"), currency_head(_("Won, value"))]
        return heads

    def rows(self) -> Iterator[list[Value]]:
        report = self.report
        for row in report.rows:
            yield self._of_stage(row)
        yield self._of_deals(_("All"), str(report.query.pipeline), report.figures.total[0])
        for name in report.group_names():
            for group in report.groups(name):
                yield self._of_deals(str(GROUP_LABELS[name]), group["label"], group["figures"])
        for each in report.reasons():
            yield self._of_reason(each)
        for each in report.competitors():
            yield self._of_deals(_("Competitor"), each["label"], each["figures"])

    def _of_stage(self, row: StageRow) -> list[Value]:
        now = row.now
        counts: list[Value] = [
            now.entered,
            *([now.left, now.went_on] if row.goes_on else [None] * 2),
        ]
        shares = [_share(now.rate), _share(row.before.rate)]
        ends = [_days(now.median), _days(now.slowest)]
        lost = now.lost if row.goes_on else None
        values = [_("Stage"), str(row.stage), *counts, *shares, None, None, lost, None, *ends]
        return self._whole(values)

    def _of_deals(self, part: str, name: str, figures: DealFigures) -> list[Value]:
        ends = [_days(figures.median), _days(figures.slowest)]
        counts = [figures.new, figures.won, figures.lost, _share(figures.win_rate)]
        values: list[Value] = [part, name, *[None] * 5, *counts, *ends]
        if self.report.sees_amount:
            values += [round(figures.amount, 2), self.report.currency]
        return values

    def _of_reason(self, each: dict[str, Any]) -> list[Value]:
        return self._whole([_("Lost because"), each["label"], *[None] * 7, each["lost"]])

    def _whole(self, values: list[Value]) -> list[Value]:
        """As many cells as there are heads."""
        return [*values, *[None] * (len(self.heads) - len(values))]


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, PLACES)


def _days(value: float | None) -> float | None:
    return None if value is None else round(value, DAY_PLACES)
