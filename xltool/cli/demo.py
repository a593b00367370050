"""`xltool demo`: the packaged sample county plays a whole campaign."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import click

from xltool import api, cli, files
from xltool.campaign import folder
from xltool.campaign.county_edits import CountyEdits, write_county_edits
from xltool.campaign.priors import read_last_year
from xltool.campaign.toml_file import open_toml
from xltool.cli import campaign_options, console
from xltool.cli.chinese import Command
from xltool.forms.catalog import data_folder
from xltool.messages import XltoolError
from xltool.model import Submission
from xltool.rules.explanations import count_open

DEMO_YEAR, DEMO_NAME = 2024, "额敏县"
SAMPLE_ROSTER, SAMPLE_TEXTS = "roster.csv", "texts.toml"
DEMO_OVERDUE, DEMO_SENT = timedelta(days=3), timedelta(days=6)
"""How long ago the deadline of the half-played campaign was, and when returns were sent: as if it were the season."""
SERVED_FOLDER: Final = "xltool-demo-serve"
CORRECTION_FILE: Final = "correction.toml"
"""What the clerk of the wrong sample mends: cells of the form, and their figures."""


@click.command(
    cls=Command,
    name="demo",
    help="用自带的样例县走一遍全过程：下发、填报、收取、审核、退回、改正、汇总、成文。\n\n"
    "结果写到“文件夹”（默认 xltool-demo），可以逐个打开看；每一步的命令都印出来，可以照着做。",
)
@click.argument("root", metavar="[文件夹]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--serve",
    "serves",
    is_flag=True,
    help=f"只办到一半，各种情形都有，在浏览器里打开办公台接着办；文件夹默认 {SERVED_FOLDER}，已有的接着用。",
)
@click.option("--port", metavar="端口", type=click.IntRange(0, 65535), help="办公台用哪个端口；默认任选一个空着的。")
@click.option("--no-browser", is_flag=True, help="不自动打开浏览器。")
def command(root: Path | None, *, serves: bool, port: int | None, no_browser: bool) -> None:
    """Plays the campaign through the very commands that an office uses; what clerks do in between is told."""
    if serves:
        _serve_half(root or Path(SERVED_FOLDER), port, no_browser)
        return
    if port is not None or no_browser:
        raise click.UsageError("--port、--no-browser 只和 --serve 一起用。")
    root = root or Path("xltool-demo")
    samples, submissions = data_folder("samples"), _read_samples()
    _make_campaign(root, submissions)
    console.say(
        f"\n（{len(submissions)} 个单位填好工作簿，用各种文件名发回，存入 {folder.load_campaign(root).layout.inbox}）"
    )
    wrong = _return_samples(root, submissions)
    _run_command("collect", "-C", str(root), "--jobs", "1")
    _run_command("status", "-C", str(root))
    console.say(f"\n（{wrong.agency.name}在退回的工作簿上改正，再发回）")
    _put_in_inbox(root, "改好了.xlsx", _correct_mistake(wrong, samples / CORRECTION_FILE))
    _run_command("collect", "-C", str(root), "--jobs", "1")
    made = folder.load_campaign(root)
    words = open_toml((samples / SAMPLE_TEXTS).read_bytes(), SAMPLE_TEXTS)[1]
    console.say(f"\n（办公室写好本级报告的文字，写在 {made.texts_place}；文字里的数用花括号引用表中的格）")
    with campaign_options.open_campaign(root, guides=False) as (campaign, roster, store):
        texts = {key: str(text).strip() for key, text in words.items()}
        write_county_edits(campaign, roster, store, CountyEdits(texts))
    _run_command("consolidate", "-C", str(root))
    _run_command("status", "-C", str(root), "--html", str(root / "进度.html"))
    _run_command("reports", "-C", str(root))
    console.say(f"\n全部结果在 {root}：\n" + "\n".join(f"  {path}" for path in sorted(_list_results(made))))


def _read_samples() -> list[Submission]:
    folder = data_folder("samples") / str(DEMO_YEAR)
    submissions = [_read_submission(path) for path in sorted(folder.glob("*.json"))]
    if not submissions:
        raise XltoolError("没有找到自带的样例。")
    return submissions


def _make_campaign(root: Path, submissions: Sequence[Submission], *options: str) -> None:
    """Makes the campaign and its workbooks."""
    samples = data_folder("samples")
    what = ["--form", submissions[0].form, "--year", str(DEMO_YEAR), "--name", DEMO_NAME]
    given = ["--roster", str(samples / SAMPLE_ROSTER), "--prior", str(samples / str(DEMO_YEAR - 1))]
    _run_command("new", str(root), *what, *given, *options)
    _run_command("build", "-C", str(root))


def _serve_half(root: Path, port: int | None, no_browser: bool) -> None:
    """Plays the campaign half, to something of every state, and opens the office page for it."""
    if not (root / folder.SETTINGS).exists():
        _play_half(root, _read_samples())
    options = ([f"--port={port}"] if port is not None else []) + (["--no-browser"] if no_browser else [])
    _run_command("serve", "-C", str(root), *options)


def _play_half(root: Path, submissions: Sequence[Submission]) -> None:
    """One passes, one is returned, one owes an answer, one is absent, one is missing; and a file is nobody's."""
    today = date.today()
    _make_campaign(root, submissions, "--deadline", (today - DEMO_OVERDUE).isoformat())
    wrong = next(each for each in submissions if _judge(each)[0] == "returned")
    passed, asked, absent, _, *others = [each for each in submissions if each is not wrong]
    console.say("\n（有的单位报来，有的还没有；存入收件）")
    for submission in (passed, wrong, _blank_one(asked), *others):
        _put_in_inbox(root, f"{submission.agency.name}年报.xlsx", submission)
    files.write_file(root / folder.load_campaign(root).layout.inbox / "合影.jpg", b"\xff\xd8\xff\xe0JFIF")
    _run_command("collect", "-C", str(root), "--jobs", "1", "--received", (today - DEMO_SENT).isoformat())
    reason = ["--reason", "年内并入其他单位，已另行报送", "--by", "王某"]
    _run_command("absent", absent.agency.code, *reason, "-C", str(root))


def _judge(submission: Submission) -> tuple[str, int]:
    """The status of a submission, and how many of its findings ask for an answer."""
    [reading] = api.check([api.read(api.dump(submission))])
    return api.status(reading), count_open(reading)


def _blank_one(submission: Submission) -> Submission:
    """The submission with one figure left out, so that nothing is wrong but an answer is owed."""
    spec = api.form(submission.form)
    for at, cell in enumerate(spec.cells):
        if not cell.total:
            values = (*submission.values[:at], None, *submission.values[at + 1 :])
            left = replace(submission, values=values)
            status, asking = _judge(left)
            if status == "accepted" and asking:
                return left
    raise XltoolError("样例里没有可以空着的格。")


def _run_command(*args: str) -> None:
    """Runs a command of xltool as typed, showing it first; findings are part of the play, failures are not."""
    console.say("\n$ xltool " + " ".join(args))
    try:
        cli.main(list(args))
    except SystemExit as done:
        if done.code in {1, 2}:
            raise


def _return_samples(root: Path, submissions: list[Submission]) -> Submission:
    """Puts each sample, filled into the agency's own workbook, into the inbox; gives the wrong one."""
    wrong = submissions[0]
    for number, submission in enumerate(submissions, 1):
        _put_in_inbox(root, f"新建 Microsoft Excel 工作表 ({number}).xlsx", submission)
        if api.status(api.check([api.read(api.dump(submission))])[0]) == "returned":
            wrong = submission
    return wrong


def _put_in_inbox(root: Path, name: str, submission: Submission) -> None:
    """A workbook as the agency sends it back: the one that was issued to it, filled in."""
    with campaign_options.open_campaign(root, guides=False) as (campaign, roster, store):
        serial = store.issues()[submission.agency.code].serial
        prior = read_last_year(campaign, roster, store).get(submission.agency.code)
    files.write_file(root / campaign.layout.inbox / name, api.fill(replace(submission, serial=serial), prior))


def _correct_mistake(submission: Submission, correction: Path) -> Submission:
    spec = api.form(submission.form)
    values = list(submission.values)
    for key, value in tomllib.loads(correction.read_text("utf-8")).items():
        values[spec.index[key]] = value
    return replace(submission, values=tuple(values))


def _read_submission(path: Path) -> Submission:
    data = files.read_file(path)
    submission = api.read(data).submission if isinstance(data, bytes) else None
    if submission is None:
        raise XltoolError(f"样例 {path.name} 无法读取。")
    return submission


def _list_results(campaign: folder.Campaign) -> list[Path]:
    """What is worth opening: everything but the archive, the database and the key."""
    aside = {campaign.layout.archive, folder.DATABASE, folder.KEY}
    found = (path for path in campaign.root.rglob("*") if path.is_file())
    return [path for path in found if path.relative_to(campaign.root).parts[0] not in aside]
