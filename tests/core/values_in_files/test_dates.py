"""Dates: what a convention writes is read back, what can be either is said to be."""

# ruff: noqa: DTZ001 - what has no zone in a file is read without one

import contextlib
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core.values_in_files.dates import LABELS, DateFormat, infer_dates, read_moment

CERTAIN, DAY_FIRST, MONTH_FIRST = DateFormat.CERTAIN, DateFormat.DAY_FIRST, DateFormat.MONTH_FIRST
SERIAL, SECONDS, MILLISECONDS = DateFormat.SERIAL, DateFormat.SECONDS, DateFormat.MILLISECONDS
DAY = date(2024, 3, 5)
INDIA = timezone(timedelta(hours=5, minutes=30))


@pytest.mark.parametrize(
    ("text", "form", "moment"),
    [
        ("2024-03-05", CERTAIN, DAY),
        ("2024/3/5", CERTAIN, DAY),
        ("2024.03.05", DAY_FIRST, DAY),
        ("２０２４年３月５日", CERTAIN, DAY),
        ("05 Mar 2024", CERTAIN, DAY),
        ("5-Mar-24", CERTAIN, DAY),
        ("Mar 5, 2024", MONTH_FIRST, DAY),
        ("March 5th 2024", CERTAIN, DAY),
        ("Tue, 05 Mar 2024", CERTAIN, DAY),
        ("5. März 2024", CERTAIN, DAY),
        ("1er févr. 2024", CERTAIN, date(2024, 2, 1)),
        ("5 de marzo de 2024", CERTAIN, DAY),
        ("05.03.2024", DAY_FIRST, DAY),
        ("5. 3. 2024", DAY_FIRST, DAY),
        ("05/03/2024", DAY_FIRST, DAY),
        ("03/05/2024", MONTH_FIRST, DAY),
        ("3-5-24", MONTH_FIRST, DAY),
        ("05.03.68", DAY_FIRST, date(2068, 3, 5)),
        ("05.03.69", DAY_FIRST, date(1969, 3, 5)),
        ("29.02.2024", DAY_FIRST, date(2024, 2, 29)),
        ("2024-03-05 14:05", CERTAIN, datetime(2024, 3, 5, 14, 5)),
        ("2024-03-05T14:05:30", CERTAIN, datetime(2024, 3, 5, 14, 5, 30)),
        ("2024-03-05T14:05:30.25Z", CERTAIN, datetime(2024, 3, 5, 14, 5, 30, 250_000, UTC)),
        ("2024-03-05 14:05:30 UTC", CERTAIN, datetime(2024, 3, 5, 14, 5, 30, tzinfo=UTC)),
        ("2024-03-05T14:05+05:30", CERTAIN, datetime(2024, 3, 5, 14, 5, tzinfo=INDIA)),
        ("2024-03-05 14:05 +0530", CERTAIN, datetime(2024, 3, 5, 14, 5, tzinfo=INDIA)),
        ("5/14/18, 3:12\u202fPM", MONTH_FIRST, datetime(2018, 5, 14, 15, 12)),
        ("05.03.2024 14:05 Uhr", DAY_FIRST, datetime(2024, 3, 5, 14, 5)),
        ("05/03/2024 12:00 AM", DAY_FIRST, datetime(2024, 3, 5, 0, 0)),
        ("05/03/2024 12:30 p.m.", DAY_FIRST, datetime(2024, 3, 5, 12, 30)),
        ("2024年3月5日下午3:12", CERTAIN, datetime(2024, 3, 5, 15, 12)),
        ("2024年3月5日 下午15:12", CERTAIN, datetime(2024, 3, 5, 15, 12)),
        ("45356", SERIAL, DAY),
        ("45356.5", SERIAL, datetime(2024, 3, 5, 12, 0)),
        ("1709596800", SECONDS, datetime(2024, 3, 5, tzinfo=UTC)),
        ("1709596800500", MILLISECONDS, datetime(2024, 3, 5, 0, 0, 0, 500_000, UTC)),
    ],
)
def test_moment_is_read(text: str, form: DateFormat, moment: date) -> None:
    found = read_moment(text, form)
    assert (found, type(found)) == (moment, type(moment))
    if isinstance(found, datetime) and isinstance(moment, datetime):
        assert found.utcoffset() == moment.utcoffset()


@pytest.mark.parametrize(
    ("text", "form"),
    [
        *((text, DAY_FIRST) for text in ("31.02.2026", "29.02.2023", "00.01.2024", "05/13/2024")),
        *((text, DAY_FIRST) for text in ("1.2.3", "05.03-2024", "05.03.20244", "12/2026", "")),
        *((text, CERTAIN) for text in ("05/03/2024", "2024-13-01", "0000-00-00", "5 Foo 2024")),
        *((text, CERTAIN) for text in ("2024-03-05T", "2024-03-05 25:00", "2024-03-05 13:00 PM")),
        *((text, CERTAIN) for text in ("2024-03-055", "2024-03-0514:05", "45356", "2024-03-05 x")),
        ("2024-03-05T10:00+99:00", CERTAIN),
        ("05.03.2024", SERIAL),
        ("12345", SERIAL),
        ("1709596800", MILLISECONDS),
    ],
)
def test_what_never_comes_is_refused(text: str, form: DateFormat) -> None:
    with pytest.raises(ValueError):
        read_moment(text, form)


@pytest.mark.parametrize(
    ("samples", "formats"),
    [
        (["2024-03-05", "05 Mar 2024", ""], [CERTAIN]),
        (["05/03/2024"], [DAY_FIRST, MONTH_FIRST]),
        (["05/05/2024"], [DAY_FIRST, MONTH_FIRST]),
        (["05/03/2024", "13/03/2024"], [DAY_FIRST]),
        (["05/03/2024", "03/13/2024"], [MONTH_FIRST]),
        (["05.03.2024", "2024-03-05", "31.12.2024"], [DAY_FIRST]),
        (["45356", "45357"], []),
        (["Ada", ""], []),
        ([], []),
    ],
)
def test_format_is_inferred(samples: list[str], formats: list[DateFormat]) -> None:
    found = infer_dates(samples)
    assert list(found.formats) == formats
    assert found.is_ambiguous == (len(formats) == 2)


@pytest.mark.parametrize(
    ("sample", "form"),
    [("45356", SERIAL), ("1709596800", SECONDS), ("1709596800000", MILLISECONDS)],
)
def test_counts_are_dates_for_who_says_so(sample: str, form: DateFormat) -> None:
    assert infer_dates([sample], may_be_counted=True).formats == (form,)


def test_a_count_among_dates_is_none() -> None:
    found = infer_dates(["2024-03-05", "2024-03-06", "45356"], may_be_counted=True)
    assert (found.formats, round(found.share, 2)) == ((CERTAIN,), 0.67)


def test_every_format_can_be_told() -> None:
    with translation.override("en"):
        assert [translation.gettext(LABELS[form]) for form in DateFormat] == list(LABELS.values())


PATTERNS = {
    "%Y-%m-%d": CERTAIN,
    "%Y/%m/%d": CERTAIN,
    "%Y年%m月%d日": CERTAIN,
    "%d %b %Y": CERTAIN,
    "%B %d, %Y": CERTAIN,
    "%d.%m.%Y": DAY_FIRST,
    "%d/%m/%y": DAY_FIRST,
    "%m/%d/%Y": MONTH_FIRST,
}
TIMES = ("", " %H:%M:%S", "T%H:%M:%S", ", %I:%M:%S %p", " %H:%M:%S+02:00")
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2068, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)


@given(MOMENTS, st.sampled_from(list(PATTERNS.items())), st.sampled_from(TIMES))
def test_what_is_written_is_read_back(
    moment: datetime, pattern: tuple[str, DateFormat], time: str
) -> None:
    found = read_moment(moment.strftime(pattern[0] + time), pattern[1])
    if time:
        assert isinstance(found, datetime)
        assert found.replace(tzinfo=None) == moment
    else:
        assert found == moment.date()


@given(st.lists(MOMENTS, min_size=1, max_size=8), st.sampled_from(list(PATTERNS.items())))
def test_the_format_of_a_column_is_among_those_found(
    moments: list[datetime], pattern: tuple[str, DateFormat]
) -> None:
    texts = [moment.strftime(pattern[0]) for moment in moments]
    found = infer_dates(texts)
    assert found.share == 1.0
    assert pattern[1] in found.formats
    decided = pattern[1] is CERTAIN or any(moment.day > 12 for moment in moments)
    assert found.is_ambiguous != decided


@given(
    st.text() | st.text("0123456789-/.:TZ+ 年月日,PMar", max_size=24),
    st.sampled_from(DateFormat),
)
def test_any_text_is_a_moment_or_refused(text: str, form: DateFormat) -> None:
    infer_dates([text], may_be_counted=True)
    with contextlib.suppress(ValueError):
        assert isinstance(read_moment(text, form), date)
