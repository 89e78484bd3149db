"""What the pages of customer segments show: the personas, and each of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.pages.customer_tabs import SEGMENTS, customer_frame
from analytics.pages.customer_words import MESSAGES
from analytics.queries.customer_segments import (
    KIND,
    NO_SEGMENTS,
    FieldWords,
    channel_label,
    contacts_where,
    current_segments,
    last_run,
    may_read,
    members_url,
    sees_everybody,
    sees_segments,
    sees_values,
    sizes_for,
)
from core import permissions
from core.conditions import Criterion
from core.currencies import base_currency
from core.models import User
from core.permissions import Access
from core.phrases import money_short, number, percent
from core.services.model_versions import champion_of
from crm.models import CustomerSegment

RUN = "analytics.customer_segments.run"
SHOWN_BARS, SHOWN_WORDS = 4, 3
LONGEST_BAR = 41  # pixels from the middle
JOINED_DAYS = 7


def frame_context(user: User, current: str) -> dict[str, Any]:
    """What stands around each of the pages."""
    access = permissions.access_of(user)
    version = champion_of(KIND)
    frame = customer_frame(access, current, kind=KIND, run_right=RUN, last_run=last_run())
    return frame | {
        "version": version,
        # Of the model; pages that tell what a run has counted say when that was.
        "as_of": version.trained_to if version is not None else None,
        "may_name": access.may("analytics.customer_segments.name"),
        "sees_segments": sees_segments(access),
        "sees_all": sees_everybody(user),
    }


def overview_context(user: User) -> dict[str, Any]:
    """All personas as cards."""
    context = frame_context(user, SEGMENTS)
    version = context["version"]
    if version is None or not context["sees_segments"]:
        return context
    segments = current_segments()
    told = Told(user, segments)
    return context | {
        "is_without": version.algorithm == NO_SEGMENTS,
        "why_not": version.parameters.get("why_not", ""),
        "as_of": segments[0].counted_at if segments else context["as_of"],
        "cards": [told.card(segment) for segment in segments],
        "figures": told.figures() if segments else [],
    }


def segment_context(user: User, segment: CustomerSegment) -> dict[str, Any]:
    """One persona: everything that sets it apart, and the way to its members."""
    told = Told(user, current_segments())
    profile = segment.profile
    condition = Criterion("model_segment", "is", [segment.pk])
    recently = Criterion("model_segment_since", "last_days", JOINED_DAYS)
    return frame_context(user, SEGMENTS) | {
        "segment": segment,
        "card": told.card(segment),
        "figures": told.own_figures(segment),
        "numbers": told.numbers(profile.get("numbers", ())),
        "words": told.words(profile.get("words", ())),
        "channels": told.channels(profile),
        "joined_url": contacts_where(condition, recently),
    }


class Told:
    """Puts segments into words for one reader; hidden fields are left out."""

    def __init__(self, user: User, segments: Sequence[CustomerSegment]) -> None:
        self.access: Access = permissions.access_of(user)
        self.fields = FieldWords(base_currency())
        self.segments = segments
        self.sizes = sizes_for(user, segments)
        self.total = sum(self.sizes.values())
        self.sees_values = sees_values(self.access) and sees_everybody(user)
        self.worth = sum(float(segment.value) for segment in segments)
        self.currency = base_currency()

    def card(self, segment: CustomerSegment) -> dict[str, Any]:
        size = self.sizes.get(segment.pk, 0)
        bars = self.numbers(segment.profile.get("numbers", ()))[:SHOWN_BARS]
        longest = max((abs(bar["points"]) for bar in bars), default=0)
        return {
            "segment": segment,
            "name": str(segment),
            "url": reverse("customer_segment_detail", args=[segment.pk]),
            "members_url": members_url(segment.pk),
            "size": size,
            "share": size / self.total if self.total else None,
            "value": money_short(float(segment.value), self.currency) if self.sees_values else "",
            "value_share": self._value_share(segment),
            "bars": bars,
            "unit": LONGEST_BAR / longest if longest else 0,
            "words": self.words(segment.profile.get("words", ()))[:SHOWN_WORDS],
            "message": MESSAGES[segment.archetype],
            "channel": self._channel(segment.profile),
        }

    def figures(self) -> list[dict[str, Any]]:
        found = [
            {
                "label": _("Segments"),
                "value": number(len(self.segments)),
                "note": _("that come out again"),
            },
            {"label": _("Contacts in them"), "value": number(self.total), "note": ""},
        ]
        if self.sees_values and self.segments:
            best = max(self.segments, key=lambda segment: segment.value)
            words = {"name": str(best), "share": percent(self._value_share(best))}
            found.append(
                {
                    "label": _("Bought so far"),
                    "value": money_short(self.worth, self.currency),
                    "note": _("%(name)s: %(share)s of it") % words,
                }
            )
        return found

    def own_figures(self, segment: CustomerSegment) -> list[dict[str, Any]]:
        size, profile = self.sizes.get(segment.pk, 0), segment.profile
        share = percent(size / self.total) if self.total else "–"
        found = [
            {
                "label": _("Members"),
                "value": number(size),
                "note": _("%(share)s of all") % {"share": share},
            },
            {
                "label": _("Have bought"),
                "value": percent(profile.get("bought")),
                "note": _("of the members"),
            },
        ]
        if self.sees_values:
            words = {"share": percent(self._value_share(segment))}
            found.append(
                {
                    "label": _("Bought so far"),
                    "value": money_short(float(segment.value), self.currency),
                    "note": _("%(share)s of all that was bought") % words,
                }
            )
            found.append(
                {
                    "label": _("For each member"),
                    "value": money_short(float(segment.value) / size if size else 0, self.currency),
                    "note": "",
                }
            )
        found.append(
            {
                "label": _("Last heard of"),
                "value": number(profile.get("silent")),
                "unit": _("days ago"),
                "note": _("half of them more recently"),
            }
        )
        return found

    def _value_share(self, segment: CustomerSegment) -> float | None:
        return float(segment.value) / self.worth if self.sees_values and self.worth else None

    def numbers(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Numbers that set a segment apart, in standard deviations; without an end beyond counting."""
        found = []
        for row in rows:
            name, label = row["field"], self.fields.label(row["field"])
            if not label or not may_read(name, self.access) or row["difference"] is None:
                continue
            inside, rest = (self.fields.value(name, row[key]) for key in ("mean", "rest"))
            words = {"inside": inside, "rest": rest}
            found.append(
                {
                    "field": name,
                    "label": label,
                    "points": row["difference"],
                    "detail": _("%(inside)s on average, others %(rest)s") % words,
                    "mean": inside,
                    "rest": rest,
                    "median": self.fields.value(name, row["median"]),
                }
            )
        return found

    def words(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Words that are more frequent in a segment than elsewhere."""
        return [
            {**row, "label": self.fields.label(row["field"])}
            for row in rows
            if self.fields.label(row["field"]) and may_read(row["field"], self.access)
        ]

    def channels(self, profile: Mapping[str, Any]) -> list[dict[str, Any]]:
        rows = [row for row in profile.get("channels", ()) if row["mean"] or row["rest"]]
        most = max((row["mean"] for row in rows), default=0)
        return [
            {
                **row,
                "label": channel_label(row["channel"]),
                "percent": round(100 * row["mean"] / most) if most else 0,
            }
            for row in rows
        ]

    def _channel(self, profile: Mapping[str, Any]) -> str:
        """Where most of them are met; nothing where nobody was met anywhere."""
        rows = self.channels(profile)
        return rows[0]["label"] if rows and rows[0]["mean"] > 0 else ""
