"""记录: all that happened in a campaign, who did it and when, in a clerk's words: what was noted, went out and came.

What was noted is kept as it was said then; here it is worded, and nothing of it is decided.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from xltool.campaign.folder import Campaign
from xltool.campaign.roster import Roster
from xltool.campaign.store import Store
from xltool.days import format_day, parse_day
from xltool.forms.cell_names import name_cell
from xltool.messages import join_first, name_rule
from xltool.model import FormSpec

RECORD_KINDS: Final[Mapping[str, str]] = {
    "issue": "生成工作簿",
    "sent": "下发",
    "version": "报来",
    "refused": "没有收下",
    "collect": "收取文件",
    "door": "网上报送",
    "waive": "放行",
    "accept": "采纳",
    "absent": "无需报送",
    "extend": "延期",
    "use": "采用哪一版",
    "correct": "更正",
    "text": "汇总的文字",
    "take": "收下改过的汇总",
    "sign": "签发",
    "publish": "发布",
    "link": "报送链接",
    "login": "登录办公台",
    "mend": "修复",
}
"""The kinds of what happens, in a clerk's words."""
_OTHER: Final = "其他"
_MOST_NAMED: Final = 6
_LONG_SHA256: Final = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")
_BACK: Final = re.compile("撤销(?:：(.*))?")


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """One thing that happened: when (ISO), by whom (empty where nobody's hand was in it), of what kind, what.

    `codes` are the agencies that it is about.
    """

    at: str
    person: str
    kind: str
    said: str
    codes: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """Its kind as a clerk says it."""
        return RECORD_KINDS.get(self.kind, _OTHER)


def read_record(campaign: Campaign, roster: Roster, store: Store) -> list[RecordEntry]:
    """All that happened, the newest first."""
    names = {record.agency: record.name for record in store.absences().values()}
    names |= {entry.agency.code: entry.agency.name for entry in roster.entries}
    held = {*names, *store.list_issued(), *store.count_versions()}
    noted = (word_event(campaign.spec, event, names, held) for event in store.read_events())
    entries = [*_list_issues(store, names), *_list_arrivals(store), *noted]
    return sorted(entries, key=lambda entry: entry.at)[::-1]


def _list_issues(store: Store, names: Mapping[str, str]) -> Iterator[RecordEntry]:
    """The workbooks as they were made last, those made together as one."""
    together: dict[str, list[str]] = {}
    for code, issue in store.issues().items():
        together.setdefault(issue.at, []).append(code)
    for at, codes in together.items():
        whose = join_first([names.get(code, code) for code in codes], _MOST_NAMED, "家")
        yield RecordEntry(at, "", "issue", f"生成{len(codes)}家的工作簿：{whose}", tuple(codes))


def _list_arrivals(store: Store) -> Iterator[RecordEntry]:
    """What came: versions of agencies, and files that were not taken in."""
    for version in store.list_arrivals():
        aside = f"，{version.aside}" if version.aside else ""
        yield RecordEntry(
            version.at, "", "version", f"报来第{version.number}版：{version.file}{aside}", (version.agency,)
        )
    for file in store.unmatched():
        yield RecordEntry(file.at, "", "refused", f"{file.file}：{file.reason}")


def word_event(
    spec: FormSpec, event: tuple[str, str, str, str], names: Mapping[str, str], held: set[str] | frozenset[str]
) -> RecordEntry:
    """What was noted (when, by whom, of what kind, what was said) in a clerk's words.

    `names` are those of agencies by code, `held` the codes that anything is known of. What is not said as it is said
    now stays as it was said.
    """
    at, person, kind, detail = event
    code, _, rest = detail.partition(" ")
    if code not in held:
        return RecordEntry(at, person, kind, _LONG_SHA256.sub(r"\1…", _WORDS.get(kind, str)(detail)))
    back = _BACK.fullmatch(rest)
    if kind == "waive":
        said = _word_waiver(rest, spec)
    elif kind == "accept":
        said = _word_acceptance(rest, spec)
    elif back is not None:
        said = f"撤销{RECORD_KINDS.get(kind, '')}" + (f"：{back[1]}" if back[1] else "")
    else:
        said = _WORDS_OF_AGENCIES[kind](rest, names) if kind in _WORDS_OF_AGENCIES else rest
    return RecordEntry(at, person, kind, said, (code,))


def _word_waiver(told: str, spec: FormSpec) -> str:
    rule, between, reason = told.partition("：")
    name, _, back = rule.partition(" ")
    return f"{'撤销放行' if back else '放行'}“{name_rule(name, spec)}”{between}{reason}"


def _word_acceptance(told: str, spec: FormSpec) -> str:
    key, _, rest = told.partition(" ")
    cell = name_cell(spec, key) if key in spec.index else key
    back = _BACK.fullmatch(rest)
    return f"采纳 {cell} {rest}" if back is None else f"撤销采纳 {cell}" + (f"：{back[1]}" if back[1] else "")


def _word_absence(told: str, names: Mapping[str, str]) -> str:
    found = re.fullmatch("(?P<name>.*?)(?:，并入 (?P<into>[^ ：]+))?：(?P<reason>.*)", told)
    if found is None:
        return told
    into = found["into"] or ""
    if into not in names and not into.isascii():  # a part of the agency's own name
        into = ""
    return f"记为无需报送{f'，数并入{names.get(into, into)}' if into else ''}：{found['reason']}"


def _word_extension(told: str, names: Mapping[str, str]) -> str:  # noqa: ARG001  it names nobody else
    found = re.fullmatch("延至 (?P<day>[0-9-]+)：(?P<reason>.*)", told)
    day = None if found is None else parse_day(found["day"])
    return told if found is None or day is None else f"期限延至{format_day(day)}：{found['reason']}"


def _word_choice(told: str, names: Mapping[str, str]) -> str:  # noqa: ARG001
    found = re.fullmatch("第 (?P<number>[0-9]+) 版：(?P<reason>.*)", told)
    if found is None:
        return told
    which = "报来的各版都不采用" if found["number"] == "0" else f"采用第{found['number']}版"
    return f"{which}：{found['reason']}"


def _word_publication(told: str, names: Mapping[str, str]) -> str:  # noqa: ARG001
    found = re.fullmatch("(?P<day>[0-9-]{10})(?: (?P<url>[^：]*))?(?:：(?P<reason>.*))?", told)
    day = None if found is None else parse_day(found["day"])
    if found is None or day is None:
        return told
    more = "：".join(filter(None, (found["url"], found["reason"])))
    return f"{format_day(day)}发布" + (f"，{more}" if more else "")


def _word_sending(told: str, names: Mapping[str, str]) -> str:  # noqa: ARG001
    day, _, how = told.partition("：")
    found = parse_day(day)
    return told if found is None else f"{format_day(found)}发出工作簿" + (f"，{how}" if how else "")


_WORDS_OF_AGENCIES: Final[Mapping[str, Callable[[str, Mapping[str, str]], str]]] = {
    "absent": _word_absence,
    "extend": _word_extension,
    "use": _word_choice,
    "publish": _word_publication,
    "sent": _word_sending,
}
"""How what is about one agency is worded, by its kind: of what was said behind its code."""
_WORDS: Final[Mapping[str, Callable[[str], str]]] = {
    "collect": lambda told: f"收取了文件：{told}",
    "sign": lambda told: f"撤销签发{told[len('撤销') :]}" if _BACK.fullmatch(told) else f"签发 {told}",
    "take": lambda told: f"收下了改过的 {told}",
    "mend": lambda told: f"数据库{told}",
}
"""How what is about no agency is worded, by its kind."""
