"""Letters to begin with, ready-made in English and Chinese."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, permissions
from core.errors import Refused
from core.models import User
from marketing.choices import MessageForm
from marketing.models import Message, MessageText
from marketing.services.campaigns.drafts import copy_texts
from marketing.services.messages.blocks import clean_blocks, line
from marketing.services.messages.saving import EDIT, require_write

Blocks = list[dict[str, Any]]


@dataclass(frozen=True)
class Starter:
    """A ready-made letter: its subject, preview line and blocks by language."""

    key: str
    name: Promise
    use: Promise
    texts: Mapping[str, tuple[str, str, Blocks]]


def _heading(text: str) -> dict[str, Any]:
    return {"kind": "heading", "text": text}


def _text(*paragraphs: str) -> dict[str, Any]:
    return {
        "kind": "text",
        "html": "".join(f"<div>{each}</div><div><br></div>" for each in paragraphs[:-1])
        + f"<div>{paragraphs[-1]}</div>",
    }


def _button(text: str) -> dict[str, Any]:
    return {"kind": "button", "text": text, "url": "https://example.com/"}


def _columns(*pairs: tuple[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": "columns"}
    for number, (title, text) in enumerate(pairs, start=1):
        found |= {f"title{number}": title, f"text{number}": text}
    return found


LINE: dict[str, Any] = {"kind": "divider"}
HELLO, HELLO_ZH = "Hello {{given_name|there}},", "{{name|您好}}，"

STARTERS: Sequence[Starter] = (
    Starter(
        "newsletter",
        gettext_lazy("Newsletter"),
        gettext_lazy("News once a month: one story, two short ones, one link."),
        {
            "en": (
                "What is new this month",
                "One story, two short ones, five minutes",
                [
                    _heading("What is new this month"),
                    _text(
                        HELLO,
                        "Begin with the one story that your readers can use tomorrow. Two or three sentences are enough; the rest stands behind the link.",
                    ),
                    _button("Read the story"),
                    LINE,
                    _columns(
                        ("Second story", "One sentence, with a number where you have one."),
                        ("Third story", "One sentence about a customer, with their leave."),
                    ),
                    LINE,
                    _text("What would you like to read about? Just answer this letter."),
                ],
            ),
            "zh-hans": (
                "本月动态",
                "一个故事、两则短讯，五分钟读完",
                [
                    _heading("本月动态"),
                    _text(
                        HELLO_ZH,
                        "先写一个读者明天就能用上的故事。两三句话就够，其余内容放在链接后面。",
                    ),
                    _button("阅读全文"),
                    LINE,
                    _columns(
                        ("第二则", "一句话，有数字就写上数字。"),
                        ("第三则", "一句话介绍一位客户，请事先征得同意。"),
                    ),
                    LINE,
                    _text("您想了解什么？直接回复这封邮件即可。"),
                ],
            ),
        },
    ),
    Starter(
        "invitation",
        gettext_lazy("Invitation"),
        gettext_lazy("To an event: what, when, where, one button to answer."),
        {
            "en": (
                "{{given_name|You}}, are you coming on 12 May?",
                "Two hours, three customers, no sales talk",
                [
                    _heading("You are invited"),
                    _text(
                        HELLO,
                        "Say in one sentence what guests will be able to do after the event that they cannot do before.",
                    ),
                    _columns(
                        ("When", "12 May, 16:00 to 18:00"),
                        ("Where", "Street and city, or online"),
                        ("For whom", "Up to 40 guests"),
                    ),
                    _button("I am coming"),
                    _text("Cannot make it? Answer this letter and we will send you the slides."),
                ],
            ),
            "zh-hans": (
                "{{name|您好}}，诚邀您 5 月 12 日到场",
                "两个小时，三位客户，不做推销",
                [
                    _heading("诚邀您参加"),
                    _text(HELLO_ZH, "用一句话说明：活动之后，来宾能做到哪些之前做不到的事。"),
                    _columns(
                        ("时间", "5 月 12 日 16:00–18:00"),
                        ("地点", "城市与街道，或线上"),
                        ("对象", "最多 40 位来宾"),
                    ),
                    _button("我要参加"),
                    _text("来不了？回复这封邮件，我们把讲稿发给您。"),
                ],
            ),
        },
    ),
    Starter(
        "product",
        gettext_lazy("Product news"),
        gettext_lazy("One new thing: what it changes, for whom, how to try it."),
        {
            "en": (
                "New: say what it does in five words",
                "What changes for {{company.name|you}}",
                [
                    _heading("What you can do now"),
                    _text(
                        HELLO,
                        "Name the work that takes less time now, and how much less. Leave the name of the feature for later.",
                    ),
                    {
                        "kind": "product",
                        "name": "Name of the product",
                        "text": "What it does, in two sentences.",
                        "price": "",
                        "button": "See how it works",
                        "url": "https://example.com/",
                    },
                    {
                        "kind": "quote",
                        "text": "What a customer says about it, in their own words.",
                        "by": "Name, company",
                    },
                    _text("Questions? {{owner.name|We}} will gladly show it to you."),
                ],
            ),
            "zh-hans": (
                "上新：用几个字说清它能做什么",
                "这对{{company.name|您}}意味着什么",
                [
                    _heading("现在您可以"),
                    _text(HELLO_ZH, "说明哪项工作变快了、快了多少。功能叫什么名字，稍后再提。"),
                    {
                        "kind": "product",
                        "name": "产品名称",
                        "text": "用两句话说明它的作用。",
                        "price": "",
                        "button": "了解用法",
                        "url": "https://example.com/",
                    },
                    {"kind": "quote", "text": "引用一位客户的原话。", "by": "姓名，公司"},
                    _text("有疑问？{{owner.name|我们}}很乐意为您演示。"),
                ],
            ),
        },
    ),
    Starter(
        "welcome",
        gettext_lazy("Welcome"),
        gettext_lazy("To somebody new: what comes next, and who is there to ask."),
        {
            "en": (
                "Welcome, {{given_name|and thank you}}",
                "Three steps, and somebody to ask",
                [
                    _heading("Good that you are here"),
                    _text(HELLO, "Thank you for your trust. Here is what happens next:"),
                    _columns(
                        ("1. Today", "What they get at once."),
                        ("2. This week", "What you do for them."),
                        ("3. After a month", "What they will have by then."),
                    ),
                    _button("Begin"),
                    _text("You can reach {{owner.name|us}} at any time: just answer this letter."),
                ],
            ),
            "zh-hans": (
                "{{name|您好}}，欢迎您",
                "三个步骤，随时有人解答",
                [
                    _heading("很高兴认识您"),
                    _text(HELLO_ZH, "感谢您的信任。接下来是这样安排的："),
                    _columns(
                        ("1. 今天", "马上能拿到什么。"),
                        ("2. 本周", "我们为您做什么。"),
                        ("3. 一个月后", "届时您会得到什么。"),
                    ),
                    _button("现在开始"),
                    _text("您随时可以联系{{owner.name|我们}}：直接回复这封邮件即可。"),
                ],
            ),
        },
    ),
    Starter(
        "win-back",
        gettext_lazy("Win-back"),
        gettext_lazy("To somebody who has been quiet: a reason to come back, and an easy no."),
        {
            "en": (
                "{{given_name|Hello}}, shall we stay in touch?",
                "A lot has changed since we last spoke",
                [
                    _heading("It has been a while"),
                    _text(
                        HELLO,
                        "We have not heard from {{company.name|you}} for some time. Say what has become better since then, in one sentence, and what it is worth.",
                    ),
                    _button("Have a look"),
                    _text(
                        "No longer interested? That is fine: one click below and we will not write again."
                    ),
                ],
            ),
            "zh-hans": (
                "{{name|您好}}，我们还保持联系吗？",
                "上次交流之后，变化不少",
                [
                    _heading("好久不见"),
                    _text(
                        HELLO_ZH,
                        "有一段时间没有收到{{company.name|您}}的消息了。用一句话说明此后有哪些改进、价值多少。",
                    ),
                    _button("看一看"),
                    _text("不再感兴趣？没关系：点击下方链接，我们就不再打扰您。"),
                ],
            ),
        },
    ),
)
BY_KEY = {starter.key: starter for starter in STARTERS}


def starter_of(key: str) -> Starter:
    if key not in BY_KEY:
        raise Refused(_("There is no such template."))
    return BY_KEY[key]


@transaction.atomic
def fill_from_starter(message: Message, starter: Starter) -> None:
    """The texts of a ready-made letter in place of those of the message."""
    message.texts.all().delete()
    message.form = MessageForm.BLOCKS
    message.version += 1
    message.save()
    for order, (language, (subject, preview, blocks)) in enumerate(starter.texts.items()):
        MessageText.objects.create(
            message=message,
            language=language,
            order=order,
            subject=subject,
            preview=preview,
            body=clean_blocks(blocks),
        )


@transaction.atomic
def make_template(
    *, name: str, by: User, like: Message | None = None, starter: str = ""
) -> Message:
    """A template of the company: empty, a copy of a message, or of a ready-made one."""
    permissions.require(by, EDIT)
    name = line(name, 120)
    if not name:
        raise Refused(_("Give the template a name."))
    message = Message.objects.create(name=name, is_template=True, owner=by, team=by.team)
    if starter:
        fill_from_starter(message, starter_of(starter))
    elif like is not None:
        message.form = like.form
        message.save()
        copy_texts(like, message)
    audit.record(actor=by, action="create", subject=message)
    return message


@transaction.atomic
def rename_template(*, message: Message, name: str, by: User) -> None:
    require_write(message, by)
    name = line(name, 120)
    if not name:
        raise Refused(_("Give the template a name."))
    before, message.name = message.name, name
    message.save()
    if before != name:
        audit.record(actor=by, action="edit", subject=message, changes={"name": (before, name)})


@transaction.atomic
def drop_template(*, message: Message, by: User) -> None:
    """For good: campaigns hold copies of their own."""
    require_write(message, by)
    if not message.is_template:
        raise Refused(_("This message belongs to a campaign. Delete the campaign instead."))
    audit.record(actor=by, action="delete", subject=message, changes={"name": (message.name, None)})
    message.delete()
