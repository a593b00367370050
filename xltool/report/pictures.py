"""Pictures of figures as inline SVG: bars with direct labels, in whole units, and every figure in words beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from xltool.charts.picture import Amount, Bar, Picture, describe_nothing, describe_picture, format_amount
from xltool.forms.text import measure_breadth
from xltool.model import FormSpec
from xltool.report.text import clean_line

PICTURES_HEADING: Final = "数据图示"
WIDTH: Final = 360
"""Of every picture, in units: about as many as a narrow telephone has points."""
_TYPE, _LINE, _BAR, _GAP = 14, 19, 14, 13
_NARROW: Final = 9  # what a Latin sign takes at most in the fonts that may stand in
_MOST_LINES: Final = 2  # of a label; the words have the whole of it
_MOST_ROOM: Final = 180  # for a stacked bar's figure with its parts; where they need more they stand in the words alone
_SHORTEST: Final = 30  # what the longest bar keeps beside figures of any length
_FONT: Final = "Microsoft YaHei, SimHei, STHeiti, Noto Sans CJK SC, Source Han Sans SC, sans-serif"
_INK, _DEEP, _PALE = "#111111", "#1d4f91", "#d5e3f5"
_SOLID: Final = f'fill="{_DEEP}" stroke="{_DEEP}"'
_HOLLOW: Final = f'fill="{_PALE}" stroke="{_DEEP}"'
_DASHED: Final = f'fill="#ffffff" stroke="{_DEEP}" stroke-dasharray="4 2"'
_FILLS: Final = (_SOLID, _HOLLOW)
"""One filled and one outlined: told apart in grey, in print and by people who do not see colours."""


def write_note(spec: FormSpec) -> str:
    """The word on what pictures are not: part of the official format."""
    return f"以下图示根据年度报告的数据绘制，供阅读参考，不属于{spec.basis}规定的报告格式。"


def write_section(
    pictures: Sequence[Picture], said: str, heading: str = PICTURES_HEADING, prefix: str = "picture-"
) -> str:
    """The pictures as a part of a page that stands aside from its text, with a word on what they are (`write_note`).

    Empty for no pictures.

    Ids begin with `prefix`. Without a heading it has a name for those alone who do not see the page.
    """
    if not pictures:
        return ""
    named = f'aria-labelledby="{prefix}heading"' if heading else f'aria-label="{PICTURES_HEADING}"'
    lines = [f'<aside class="pictures" {named}>']
    lines += [f'<h2 id="{prefix}heading">{_escape_text(heading)}</h2>'] if heading else []
    lines += [
        f'<p class="note">{_escape_text(said)}</p>',
        *(_write_figure(picture, prefix) for picture in pictures),
        "</aside>",
    ]
    return "\n".join(lines)


def write_svg(picture: Picture, prefix: str = "picture-") -> str:
    """One picture that has something to draw; raises `ValueError` for one without: there `nothing` says it in words."""
    if not picture.longest:
        raise ValueError(f"nothing to draw in {picture.id}")
    name = f"{prefix}{picture.id}"
    lines, height = _draw_elements(picture)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{name}-title {name}-desc" '
            f'width="{WIDTH}" '
            f'height="{height}" viewBox="0 0 {WIDTH} {height}" font-family="{_FONT}" font-size="{_TYPE}" '
            f'fill="{_INK}">',
            f'<title id="{name}-title">{_escape_text(picture.title)}</title>',
            f'<desc id="{name}-desc">{_escape_text(describe_picture(picture))}</desc>',
            *lines,
            "</svg>",
        ]
    )


def _write_figure(picture: Picture, prefix: str) -> str:
    said = write_svg(picture, prefix) if picture.longest else f"<p>{_escape_text(describe_nothing(picture))}</p>"
    notes = "".join(f'\n<p class="note">{_escape_text(more)}</p>' for more in picture.notes) if picture.longest else ""
    return f"<figure>\n<figcaption>{_escape_text(picture.title)}</figcaption>\n{said}{notes}\n</figure>"


def _draw_elements(picture: Picture) -> tuple[list[str], int]:
    """The elements from top to bottom and the height that they take."""
    beside = len(picture.series) > 1 and not picture.stacked
    left = 2 + (max(_measure_breadth(name) for name in picture.series) + 6 if beside else 0)
    figures = [
        [_write_bar_figures(picture, bar)]
        if not beside
        else [format_amount(each, picture.unit) for each in bar.amounts]
        for bar in picture.bars
    ]
    room = min(WIDTH - left - _SHORTEST, max(_measure_breadth(text) for texts in figures for text in texts) + 8)
    scale = WIDTH - left - room
    lines: list[str] = []
    top = 0
    if picture.stacked:
        lines += _write_legend(picture.series)
        top = _LINE + 6
    for bar, texts in zip(picture.bars, figures, strict=True):
        for label in _wrap_label(bar.label):
            lines.append(_write_words(0, top + _TYPE, label))
            top += _LINE
        for at, text in enumerate(texts):
            parts = (bar.amounts[at],) if beside else bar.amounts
            looks = (_FILLS[at % 2],) if beside else (_DASHED,) if bar.rest else _FILLS
            if beside:
                lines.append(_write_words(0, top + _BAR - 2, picture.series[at]))
            end = left
            for part, look in zip(parts, looks, strict=False):
                length = _scale_length(part.length, picture.longest, scale)
                lines += [f'<rect x="{end}" y="{top}" width="{length}" height="{_BAR}" {look}/>'] if length else []
                end += length
            if any(part.value is not None for part in parts):  # a blank has no place on the scale, zero has
                lines.append(f'<path d="M{left} {top - 2}v{_BAR + 4}" stroke="{_INK}"/>')
            lines.append(_write_words(end + 6, top + _BAR - 2, text))
            top += _BAR + (5 if beside else 0)
        top += _GAP - (5 if beside else 0)
    return lines, top - _GAP + 5


def _write_bar_figures(picture: Picture, bar: Bar) -> str:
    """What stands behind a bar: its figure, and of a stacked one its parts where there is room for them."""
    if not picture.stacked:
        return format_amount(bar.amounts[0], picture.unit)
    whole = format_amount(Amount(bar.length), picture.unit)
    full = f"{whole}＝{'＋'.join(str(amount.length) for amount in bar.amounts)}"
    return full if bar.length and _measure_breadth(full) <= _MOST_ROOM - 8 else whole


def _write_legend(series: Sequence[str]) -> Iterator[str]:
    x = 1
    for name, look in zip(series, _FILLS, strict=True):
        yield f'<rect x="{x}" y="2" width="{_BAR}" height="{_BAR}" {look}/>'
        yield _write_words(x + _BAR + 5, _TYPE, name)
        x += _BAR + 5 + _measure_breadth(name) + 16


def _scale_length(figure: int, longest: int, scale: int) -> int:
    """The length nearest to the figure's share; what is not zero is seen."""
    return max(1, (2 * figure * scale + longest) // (2 * longest)) if figure else 0


def _write_words(x: int, y: int, text: str) -> str:
    return f'<text x="{x}" y="{y}">{_escape_text(text)}</text>'


def _wrap_label(label: str) -> list[str]:
    """A label on as many lines as a picture has room for, cut with a sign that it goes on."""
    lines = [""]
    for sign in clean_line(label):
        if _measure_breadth(lines[-1] + sign) > WIDTH - _TYPE:
            if len(lines) == _MOST_LINES:
                lines[-1] += "…"
                break
            lines.append("")
        lines[-1] += sign
    return lines


def _measure_breadth(text: str) -> int:
    """How broad a text is at most in the fonts that may stand in."""
    return _NARROW * len(text) + (_TYPE - _NARROW) * (measure_breadth(text) - len(text))


def _escape_text(text: str) -> str:
    return escape(clean_line(text))
