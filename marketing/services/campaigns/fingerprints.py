"""What people agree to when they approve a campaign or set it to go, as one short text that changes with it."""

import hashlib
import json
from typing import Any

from marketing.models import Campaign, Sending

# What somebody writes of a campaign besides its segments and messages; a copy begins with the same.
AGREED = (
    "purpose",
    "condition",
    "holdout_share",
    "sender_name",
    "sender_address",
    "reply_to",
    "test_share",
    "decision",
    "test_metric",
    "test_hours",
    "is_local",
    "window_from",
    "window_to",
    "weekdays",
    "per_minute",
)


def is_changed(campaign: Campaign) -> bool:
    """Whether it is another campaign than the one that was set to go."""
    row = Sending.objects.filter(campaign=campaign).first()
    return row is not None and row.fingerprint != fingerprint(campaign)


def fingerprint(campaign: Campaign) -> str:
    """What people agree to: another audience, text, sender or time has another one."""
    # The audience is what the owner sees.
    fields = {field.name: field for field in Campaign._meta.concrete_fields}
    names = ("owner", *AGREED, "scheduled_at")
    variants = campaign.variants.order_by("letter").select_related("message")
    said = {
        "values": [str(fields[name].value_from_object(campaign)) for name in names],
        "segments": sorted(campaign.segments.values_list("pk", flat=True)),
        "excluded": sorted(campaign.excluded.values_list("pk", flat=True)),
        "variants": [[v.letter, v.weight, v.delay_minutes, _texts(v)] for v in variants],
    }
    if campaign.follow_up:
        said["follows"] = [campaign.follows_id, campaign.follow_up]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _texts(variant: Any) -> list[Any]:
    rows = variant.message.texts.order_by("order", "pk")
    return [variant.message.version, *rows.values_list("language", "subject", "preview", "body")]
