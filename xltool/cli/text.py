"""`xltool text`: a text of the county's own report, shown or written."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from xltool.campaign.county_edits import CountyEdits, hash_text, write_county_edits
from xltool.campaign.county_written import read_drafts
from xltool.cli import campaign_options, console, output
from xltool.cli.chinese import Command
from xltool.forms.source import find_closest
from xltool.messages import XltoolError, make_visible, suggest
from xltool.model import FormSpec, Text
from xltool.report.text import clean_line, clean_lines


@click.command(
    cls=Command,
    name="text",
    help="看、写本级汇总报告的一段文字。“段”写这一段的名称；不写“文件”的，印出这一段现在怎么写。\n\n"
    "写“文件”的（UTF-8 文本；写 - 的从标准输入读），用它的内容代替这一段：写进 办公室.xlsx 的“本级文字”表，"
    "用 --plain 建立的任务写进 county/texts.toml。汇总时写进报告。",
)
@click.argument("name", metavar="段")
@click.argument("source", metavar="[文件]", required=False)
@click.option("--by", "person", metavar="姓名", default="", help="由谁写的；不写的，记系统里的用户名。")
@click.option(
    "--expect",
    "expected",
    metavar="校验码",
    default="",
    help="只在这一段现在的文字是这个校验码（UTF-8 的 SHA-256）时才写；别处改过的不覆盖。",
)
@campaign_options.campaign_option
def command(name: str, source: str | None, person: str, expected: str, root: Path) -> None:
    """Shows the text, or writes it and notes that."""
    if source is None:
        with campaign_options.open_campaign(root, writes=False, guides=False) as (campaign, _, _):
            console.say(read_drafts(campaign).get(_find_text(campaign.spec, name).key, ""))
        return
    content = clean_lines(output.read_plain_text(source))
    with campaign_options.open_campaign(root) as (campaign, roster, store):
        text = _find_text(campaign.spec, name)
        before = read_drafts(campaign).get(text.key, "")
        if expected and hash_text(before) != expected.strip().lower():
            raise XltoolError(f"“{text.label}”在别处改过了，没有写进去；请对照现在的文字，再办一次。")
        if content != before:
            write_county_edits(campaign, roster, store, CountyEdits({text.key: content}, expected={text.key: before}))
            at = datetime.now().isoformat(timespec="seconds")
            store.note(
                at,
                clean_line(person).strip() or campaign_options.name_user(),
                "text",
                f"本级文字“{text.label}”：{len(content)} 字",
            )
    said = f"{len(content)} 字" if content else "空着"
    console.say(f"“{text.label}”{'写在' if content != before else '没有变化，在'} {campaign.texts_place}：{said}。")


def _find_text(spec: FormSpec, name: str) -> Text:
    """The text of that label or key."""
    known = {word: text for text in spec.texts for word in (text.key, text.label)}
    words = name.strip().strip("“”")
    ending = [text for text in spec.texts if words and text.label.endswith(f"：{words}")]
    found = known.get(words) or (ending[0] if len(ending) == 1 else None)
    if found is None:
        labels = "、".join(text.label for text in spec.texts)
        near = suggest(find_closest(name, known), lead="")
        raise XltoolError(f"没有“{make_visible(name)}”这一段{f'；{near}' if near else ''}；可写：{labels}。")
    return found
