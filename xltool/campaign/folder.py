"""A campaign folder: its settings in campaign.toml, its roster, its key, and where everything in it stands."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from xltool import files
from xltool.campaign.desk_reading import read_desk_roster
from xltool.campaign.desk_sheets import CORRECTION_SHEET, DESK_FILE, TEXT_SHEET
from xltool.campaign.layout import OFFICE_LAYOUT, PLAIN_LAYOUT, PRIOR_FOLDER, Layout, find_layout
from xltool.campaign.roster import Roster
from xltool.campaign.roster_reading import parse_roster
from xltool.campaign.schema import BACKUPS
from xltool.campaign.store import Store
from xltool.campaign.toml_file import open_toml
from xltool.days import parse_day, parse_year
from xltool.forms import catalog
from xltool.messages import XltoolError
from xltool.model import Finding, FormSpec
from xltool.periods import WORDS, Period, fits_form, list_periods, parse_period

SETTINGS, KEY, DATABASE = "campaign.toml", "campaign.key", "campaign.db"
KEY_BYTES: Final = 32
_FIELDS: Final[Mapping[str, tuple[type, str]]] = {
    "form": (str, '"报表名称"'),
    "year": (int, '2024 或 "2024年"'),
    "period": (Period, '"2024-05" 或 "2024年5月"'),
    "name": (str, '"额敏县"'),
    "deadline": (date, '"2025-01-10" 或 "2025年1月10日"'),
    "prior": (list, '["../2023"]'),
    "beside": (list, '["../台账2024"]'),
}
"""The settings: what each is once it is read, and an example."""


class LostKeyError(XltoolError):
    """The key of a campaign is not there, or is not what was written."""


@dataclass(frozen=True)
class Campaign:
    """The settings of one campaign and its folder.

    `prior` are last year's files or folders, `beside` the folders of campaigns of other forms, as paths from the
    campaign folder.
    """

    root: Path
    form: str
    year: int
    name: str
    deadline: date | None = None
    prior: tuple[str, ...] = ()
    layout: Layout = PLAIN_LAYOUT
    part: str = ""  # which part of the year, as `periods.Period` has it
    beside: tuple[str, ...] = ()

    @property
    def period(self) -> Period:
        """The period that the campaign is about."""
        return Period(self.year, self.part)

    @property
    def spec(self) -> FormSpec:
        """The form that the campaign fills in."""
        return catalog.load_form(self.form)

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.root / DATABASE

    def read_roster(self) -> Roster:
        """The roster as it stands now.

        Raises `RosterError` with every fault, or `XltoolError` when the file cannot be read.
        """
        data = self.read_office_file(self.layout.roster)
        return read_desk_roster(data, DESK_FILE) if self.has_desk else parse_roster(data)

    @property
    def has_desk(self) -> bool:
        """Whether what the office writes stands in one workbook."""
        return self.layout is OFFICE_LAYOUT

    @property
    def texts_place(self) -> str:
        """Where the county's texts are written, as a clerk is told."""
        sheet = f" 的“{TEXT_SHEET.name}”表" if self.has_desk else ""
        return f"{self.root / self.layout.texts}{sheet}"

    @property
    def corrections_place(self) -> str:
        """Where corrections of the sum are written, as a clerk is told."""
        sheet = f" 的“{CORRECTION_SHEET.name}”表" if self.has_desk else ""
        return f"{self.root / self.layout.corrections}{sheet}"

    def read_office_file(self, name: str) -> bytes:
        """The bytes of a file that the office writes; raises `XltoolError` when it cannot be read."""
        if name == DESK_FILE and not (self.root / name).exists():
            raise XltoolError(
                f"{self.root} 里没有 {DESK_FILE}：名录和办公室的决定写在里面。"
                f"改了名的请改回来，删了的请从回收站或 {BACKUPS} 里还原。"
            )
        return _read_bytes(self.root / name)

    def read_key(self) -> bytes:
        """The secret that stamps are made with; it never leaves the folder.

        Raises `LostKeyError` with the way back when it is lost or damaged, `XltoolError` when it cannot be read now.
        """
        path = self.root / KEY
        key = files.read_file(path)
        if isinstance(key, bytes) and len(key) == KEY_BYTES:
            return key
        if isinstance(key, Finding) and path.exists():
            raise XltoolError(f"{KEY} 读不出来（{key.data.get('why', '文件过大')}）；排除以后再执行一次。")
        why = "不见了" if isinstance(key, Finding) else f"不是 {KEY_BYTES} 个字节，已损坏" if key else "是空的"
        raise LostKeyError(
            f"{KEY} {why}：下发编号要用它来核对。请从备份里还原 {path}；没有备份的，"
            f"执行 xltool doctor -C {self.root} --mend 另立一个，已下发的工作簿照样认得。"
        )

    def to_toml(self) -> bytes:
        """The text of campaign.toml."""
        when = f"period = {_quote_toml(str(self.period))}" if self.part else f"year = {self.year}"
        lines = [f"form = {_quote_toml(self.form)}", when, f"name = {_quote_toml(self.name)}"]
        if self.deadline is not None:
            lines.append(f"deadline = {_quote_toml(self.deadline.isoformat())}")
        if self.prior:
            lines.append(f"prior = [{', '.join(map(_quote_toml, self.prior))}]")
        if self.beside:
            lines.append(f"beside = [{', '.join(map(_quote_toml, self.beside))}]")
        return ("\n".join(lines) + "\n").encode()


def create_campaign(
    campaign: Campaign, roster: Roster, listed: bytes, kept: Mapping[str, Callable[[], bytes]] | None = None
) -> bool:
    """Makes the folder of a new campaign; False when just this campaign stands there already.

    `listed` is the roster as the campaign's layout keeps it, `kept` are last year's files that it is to have, each read
    when it is written. Raises `XltoolError` for any other campaign.
    """
    root, layout = campaign.root, campaign.layout
    if (root / SETTINGS).exists():
        if _is_same(campaign, roster):
            files.sweep_leftovers(root)  # of a run that was killed behind it
            return False
        raise XltoolError(
            f"{root} 里已有另一个填报任务；请换一个文件夹，或直接修改其中的 {SETTINGS} 和 {layout.roster}。"
        )
    # What a run that was killed may have left.
    ours = {*layout.folders, KEY, layout.roster, DATABASE, f"{DATABASE}-journal", *([PRIOR_FOLDER] if kept else [])}
    if root.is_dir() and any(
        path.name not in ours and not path.name.startswith(files.TEMPORARY) for path in root.iterdir()
    ):
        raise XltoolError(f"{root} 不是空文件夹，为免混淆没有在其中建立填报任务。")
    _keep_last_year(root / PRIOR_FOLDER, kept or {})
    for name in layout.folders:
        try:
            (root / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise XltoolError(f"建不了文件夹 {root / name}：{files.name_reason(error)}。") from error
    files.sweep_leftovers(root)
    if not (root / KEY).exists():
        files.write_file(root / KEY, secrets.token_bytes(KEY_BYTES), mode=0o600)
    files.write_file(root / layout.roster, listed)
    Store(root / DATABASE).close()
    files.write_file(root / SETTINGS, campaign.to_toml())  # last: with it the folder is a campaign
    return True


def _keep_last_year(place: Path, kept: Mapping[str, Callable[[], bytes]]) -> None:
    """Writes last year's files, where nothing stands but what a run that was killed may have left of them."""
    others = [path.name for path in place.iterdir() if path.name not in kept] if kept and place.is_dir() else []
    if others:
        raise XltoolError(f"{place} 里已经有 {others[0]}，为免混淆没有建立填报任务。")
    for name, read in kept.items():
        files.write_file(place / name, read())


def _is_same(campaign: Campaign, roster: Roster) -> bool:
    """Whether the campaign that stands in the folder has these settings and this roster."""
    try:
        settings, entries = _read_bytes(campaign.root / SETTINGS), campaign.read_roster().entries
    except XltoolError:
        return False
    return settings == campaign.to_toml() and entries == roster.entries


def find_campaign(start: Path) -> Campaign:
    """The campaign that a folder is, or is in; raises `XltoolError` when there is none or its settings are wrong."""
    root = find_root(start)
    if root is None:
        raise XltoolError(
            f"{start} 不在填报任务的文件夹里：没有找到 {SETTINGS}；用 -C 指明文件夹，或先用 xltool new 建立。"
        )
    return load_campaign(root)


def find_root(start: Path) -> Path | None:
    """The folder of the campaign that a folder is, or is in, or None; raises `XltoolError` when there is no folder."""
    if not start.is_dir():
        raise XltoolError(f"没有 {start} 这个文件夹。")
    return next((folder for folder in (start, *start.resolve().parents) if (folder / SETTINGS).is_file()), None)


def load_campaign(root: Path) -> Campaign:
    """The campaign of a folder; raises `XltoolError` with every fault of its campaign.toml."""
    _, document = open_toml(_read_bytes(root / SETTINGS), SETTINGS)
    faults = [f"不认识的设置 {name}" for name in document if name not in _FIELDS]
    faults += [f"缺少 {name}" for name in ("form", "name") if name not in document]
    if ("year" in document) == ("period" in document):
        faults.append("year 和 period 只写一个" if "year" in document else "缺少 year")
    if isinstance(document.get("year"), str):
        document["year"] = parse_year(document["year"])
    if isinstance(document.get("period"), str):
        document["period"] = parse_period(document["period"])
    if isinstance(document.get("deadline"), str):
        document["deadline"] = parse_day(document["deadline"])
    faults += [
        f"{name} 应写成 {example} 的样子"
        for name, (kind, example) in _FIELDS.items()
        if name in document and (not isinstance(document[name], kind) or isinstance(document[name], bool | datetime))
    ]
    if faults:
        raise XltoolError(f"{root / SETTINGS}：{'；'.join(faults)}。")
    form, name, prior = str(document["form"]), str(document["name"]), tuple(map(str, document.get("prior", ())))
    period = document["period"] if "period" in document else Period(document["year"])
    day, layout = document.get("deadline"), find_layout(root)
    beside = tuple(map(str, document.get("beside", ())))
    campaign = Campaign(root, form, period.year, name, day, prior, layout, period.part, beside)
    check_campaign(campaign)
    return campaign


def check_campaign(campaign: Campaign) -> None:
    """Raises `XltoolError` when the form is unknown or not for that period, or the name cannot be a heading."""
    spec = campaign.spec
    if not fits_form(spec, campaign.period):
        periods = "、".join(period.spoken for period in list_periods(spec, campaign.year)[:3])
        example = WORDS[spec.every].example
        option = f"--period {example}" if list_periods(spec, campaign.year)[0].part else f"--year {example}"
        raise XltoolError(f"{spec.id} 的报告期如 {periods}（{option}），不能用于{campaign.period.spoken}。")
    if not spec.covers(campaign.year):
        first, last = spec.years
        span = f"{first} 年度起" if last is None else f"{first} 至 {last} 年度"
        raise XltoolError(f"{spec.id} 用于{span}，不能用于 {campaign.period.spoken}。")
    if not campaign.name.strip() or not campaign.name.isprintable():
        raise XltoolError("填报任务的名称不能为空，也不能有控制字符。")


def resolve_paths(campaign: Campaign, paths: Sequence[str]) -> list[Path]:
    """Paths of the settings as paths from here."""
    return [campaign.root / path for path in paths]


def _read_bytes(path: Path) -> bytes:
    data = files.read_file(path)
    if isinstance(data, Finding):
        raise XltoolError(f"{path} 读不出来：{data.data.get('why', '文件过大')}。")
    return data


def _quote_toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a TOML string
