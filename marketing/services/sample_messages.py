"""A campaign of the sample company that waits to be finished: a letter in two languages."""

from datetime import datetime

from core.models import User
from marketing.models import Campaign, Message, MessageText, Purpose, Segment
from marketing.services.campaigns.drafts import set_audience
from marketing.services.messages.blocks import clean_blocks

NAME = "Spring retrofit launch 春季改造"
AUDIENCE = "Production decides 生产决策者"
LINK = "https://helioptic.example/nine-days"
TEXTS = {
    "en": (
        "{{given_name}}, your line keeps running",
        "Nine days, no extra downtime: how line 4 was rebuilt",
        [
            {"kind": "heading", "text": "Your line keeps running while we rebuild it"},
            {
                "kind": "text",
                "html": "<div>Hello {{given_name|there}},</div><div><br></div><div>Kestrel replaced manual inspection on a "
                "running line in nine days. No second shutdown, and 4 of 5 false rejects gone.</div>",
            },
            {"kind": "button", "text": "See the nine-day plan", "url": LINK},
            {
                "kind": "columns",
                "title1": "120 parts a minute",
                "text1": "at two stations",
                "title2": "80% fewer",
                "text2": "false rejects",
                "title3": "9 days",
                "text3": "from unboxing to release",
            },
        ],
    ),
    "zh-hans": (
        "{{name|您好}}，改造期间产线不停",
        "九天完成，无额外停机：4 号线改造实录",
        [
            {"kind": "heading", "text": "改造期间，您的产线照常运行"},
            {
                "kind": "text",
                "html": "<div>{{name|您好}}，</div><div><br></div><div>Kestrel 用九天在运行中的产线上取代了人工检测。"
                "没有再次停机，误剔除减少五分之四。</div>",
            },
            {"kind": "button", "text": "查看九天计划", "url": LINK},
            {
                "kind": "columns",
                "title1": "每分钟 120 件",
                "text1": "两个工位",
                "title2": "减少 80%",
                "text2": "误剔除",
                "title3": "9 天",
                "text3": "从开箱到放行",
            },
        ],
    ),
}


def make_sample_messages(*, by: User, as_of: datetime) -> None:
    """Make the draft once."""
    if Campaign.objects.filter(name=NAME).exists():
        return
    purpose = Purpose.objects.in_use().first()
    campaign = Campaign(name=NAME, purpose=purpose, holdout_share="0.1", is_sample=True)
    audience = list(Segment.objects.filter(name=AUDIENCE)[:1])
    set_audience(campaign=campaign, segments=audience, excluded=(), by=by, at=as_of)
    message = campaign.variants.get().message
    for order, (language, (subject, preview, blocks)) in enumerate(TEXTS.items()):
        MessageText.objects.create(
            message=message,
            language=language,
            order=order,
            subject=subject,
            preview=preview,
            body=clean_blocks(blocks),
        )
    Message.objects.filter(pk=message.pk).update(is_sample=True)
