"""How values stand in a list, by the type of their field.

Functions, not templates: a page has some four hundred cells, and including a template for each
took two thirds of the page's time (docs/decisions/0012-lists.md).
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from core.choices import FieldType
from core.fields.texts import amount_text, number_text
from core.lists.cells import Cell, Line, Word
from core.lists.definition import RowAction
from core.phrases import day_text
from core.templatetags.ui import av, dialled, icon, pill, short_address, web_address, when, who
from core.values import in_words

NOTHING = SafeString('<span class="mut">–</span>')
SHOWN_OF_LONG_TEXT = 120

Draw = Callable[[Cell, Line], SafeString]


def name(_cell: Cell, line: Line) -> SafeString:
    return format_html('<a class="name el" href="{}">{}</a>', line.url, line.name)


def person(_cell: Cell, line: Line) -> SafeString:
    return _with_avatar(line, is_square=False)


def thing(_cell: Cell, line: Line) -> SafeString:
    return _with_avatar(line, is_square=True)


def _with_avatar(line: Line, *, is_square: bool) -> SafeString:
    return format_html(
        '<span class="who">{}<a class="name el" href="{}">{}</a></span>',
        av(line.name, "", is_square),
        line.url,
        line.name,
    )


def text(cell: Cell, _line: Line) -> SafeString:
    return escape(cell.value)


def long_text(cell: Cell, _line: Line) -> SafeString:
    return format_html(
        '<span class="t2">{}</span>', Truncator(cell.value).chars(SHOWN_OF_LONG_TEXT)
    )


def number(cell: Cell, _line: Line) -> SafeString:
    return escape(number_text(cell.value))


def amount(cell: Cell, _line: Line) -> SafeString:
    return escape(amount_text(cell.value, cell.currency))


def day(cell: Cell, _line: Line) -> SafeString:
    return format_html(
        '<time class="t2" datetime="{}">{}</time>', cell.value.isoformat(), day_text(cell.value)
    )


def moment(cell: Cell, _line: Line) -> SafeString:
    return SafeString(f'<span class="t2">{when(cell.value)}</span>')


def labels(cell: Cell, _line: Line) -> SafeString:
    return format_html_join(" ", "{}", ((pill(label, _tone(label)),) for label in cell.value))


def _tone(label: object) -> str:
    return label.tone or "line" if isinstance(label, Word) else "line"


def yes_no(cell: Cell, _line: Line) -> SafeString:
    return format_html(
        '<span class="{}">{}</span>', "" if cell.value else "mut", in_words(cell.value)
    )


def url(cell: Cell, _line: Line) -> SafeString:
    return format_html(
        '<a class="t2" href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>',
        web_address(cell.value),
        short_address(cell.value),
    )


def email(cell: Cell, _line: Line) -> SafeString:
    return format_html('<a class="t2" href="mailto:{}">{}</a>', cell.value, cell.value)


def phone(cell: Cell, _line: Line) -> SafeString:
    return format_html('<a class="t2 tn" href="tel:{}">{}</a>', dialled(cell.value), cell.value)


def user(cell: Cell, _line: Line) -> SafeString:
    return who(cell.value)


def link(cell: Cell, _line: Line) -> SafeString:
    linked = cell.value
    return format_html(
        '<a class="who" href="{}">{}<span>{}</span></a>',
        linked.url,
        av(linked.name, "av-16", linked.is_thing),
        linked.name,
    )


def links(cell: Cell, _line: Line) -> SafeString:
    names = ((linked.url, linked.name) for linked in cell.value)
    return format_html_join(", ", '<a href="{}">{}</a>', names)


DRAW: dict[FieldType, Draw] = {
    FieldType.TEXT: text,
    FieldType.LONG_TEXT: long_text,
    FieldType.NUMBER: number,
    FieldType.MONEY: amount,
    FieldType.DATE: day,
    FieldType.MOMENT: moment,
    FieldType.CHOICE: text,
    FieldType.CHOICES: labels,
    FieldType.BOOLEAN: yes_no,
    FieldType.URL: url,
    FieldType.EMAIL: email,
    FieldType.PHONE: phone,
    FieldType.USER: user,
    FieldType.LINK: link,
    FieldType.TAGS: labels,
    FieldType.LINKS: links,
}
ABSENT: tuple[Any, ...] = (None, "", [])


def drawn(cell: Cell, line: Line) -> SafeString:
    """The cell's value; a dash where there is none."""
    column = cell.column
    if column.is_name:
        return (column.draw or name)(cell, line)
    if column.told is not None and cell.value not in ABSENT:
        return pill(cell.value, _tone(cell.value))
    if cell.value in ABSENT or column.field is None:
        return NOTHING
    return (column.draw or DRAW[column.field.type])(cell, line)


def drawn_row(
    line: Line, select: str = "", buttons: Sequence[RowAction] | None = None
) -> SafeString:
    """The whole row; with `select`, a sentence for screen readers, it begins with a check box.

    With `buttons`, be they none for this row, it ends with a cell for them.
    """
    box = ""
    if select:
        label = escape(select % {"name": line.name})
        box = (
            '<td class="pick"><input class="cb" type="checkbox" name="ids" '
            f'value="{line.row.pk}" aria-label="{label}"></td>'
        )
    cells = "".join(f"{cell.column.td}{drawn(cell, line)}</td>" for cell in line.cells)
    if buttons is not None:
        cells += f'<td class="row-acts">{"".join(_button(each, line) for each in buttons)}</td>'
    preview = escape(line.preview)
    return SafeString(f'<tr data-preview="{preview}">{box}{cells}</tr>')


def _button(action: RowAction, line: Line) -> str:
    """A sign that sends this row alone, by the form that stands beside the table."""
    label, url = escape(action.label), escape(action.url)
    key = f' data-hotkey="{action.hotkey}"' if action.hotkey else ""
    hint = f"{label} ({action.hotkey.upper()})" if action.hotkey else label
    return (
        f'<button class="btn btn-quiet btn-icon btn-xs" form="row-change" name="ids" '
        f'value="{line.row.pk}" formaction="{url}" hx-post="{url}" hx-target="#list-dialog" '
        f'title="{hint}" aria-label="{label}: {escape(line.name)}"{key}>{icon(action.icon, "i-14")}</button>'
    )
