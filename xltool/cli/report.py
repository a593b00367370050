"""`xltool report`: the finished report of a workbook or a submission document."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xltool import api, files
from xltool.campaign.reports import describe_gaps
from xltool.cli import console, output, prior_files
from xltool.cli.chinese import Command
from xltool.cli.passwords import password_options
from xltool.cli.readback import read_back
from xltool.cli.style import read_lent_style
from xltool.report.gaps import find_gaps, list_waived_blanks, put_slashes
from xltool.report.printing import FRAGMENT, PICTURES, REPORT_KINDS, STYLE, find_fault, list_suffixes, restrict_option


@click.command(
    cls=Command,
    name="report",
    help="由工作簿或上报件（JSON）生成年度报告。还有强制性错误、空着的格或必写的文字没有写时不生成，"
    "除非加 --draft（文中标明是草稿）。",
)
@click.argument("source", metavar="文件", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "target",
    metavar="报告.docx",
    required=True,
    type=click.Path(path_type=Path),
    help=f"写到哪个文件：{list_suffixes(k for k in REPORT_KINDS.values() if not k.is_data)}，"
    f"或只要数据：{list_suffixes(k for k in REPORT_KINDS.values() if k.is_data)}。",
)
@click.option("--draft", is_flag=True, help="有强制性错误或没有填全时也生成，标明是草稿。")
@click.option(
    "--fragment",
    is_flag=True,
    help=f"{restrict_option(FRAGMENT)}：只要正文片段，样式写在每个元素上，供粘贴到会去掉样式表的网站发布系统。",
)
@click.option(
    "--style",
    metavar="本单位.docx",
    type=click.Path(path_type=Path),
    help=f"{restrict_option(STYLE)}：用本单位这份 Word 文档的样式（按名称，如正文、标题 1）和页面设置，缺的用公文格式；"
    "内容、页眉页脚、宏一概不取。",
)
@click.option(
    "--pictures",
    is_flag=True,
    help=f"{restrict_option(PICTURES)}：在正文之后另加一节“数据图示”，不属于规定的报告格式。",
)
@click.option(
    "--prior",
    metavar="上年",
    type=click.Path(path_type=Path),
    help="上年的工作簿或上报件：审核时与上年比较，文字里引用的上年数由此填入，图示中与上年对照。",
)
@password_options
def command(
    source: Path,
    target: Path,
    *,
    draft: bool,
    fragment: bool,
    style: Path | None,
    pictures: bool,
    prior: Path | None,
    passwords: tuple[str, ...],
) -> None:
    """Checks first; writes the report when no error remains, or a marked draft when asked for."""
    kind = REPORT_KINDS.get(target.suffix.lower().removeprefix("."))
    if kind is None:
        raise click.UsageError(f"报告的文件名应以 {list_suffixes(REPORT_KINDS.values())} 之一结尾。")
    asked = ((PICTURES, pictures), (FRAGMENT, fragment), (STYLE, style is not None))
    if fault := find_fault(kind, [option for option, given in asked if given], by_flag=True):
        raise click.UsageError(fault)
    dress = read_lent_style(style)
    loaded, priors = prior_files.pair_with_priors(
        [output.read_path(source, passwords)],
        {} if prior is None else prior_files.read_prior_files((prior,), passwords),
    )
    [reading] = api.check(loaded, priors)
    status = api.status(reading)
    for line in output.describe_opinions(reading):
        console.say(line, err=True)
    if reading.submission is None or (status == "returned" and not draft):
        if reading.submission is not None:
            console.say("还有强制性错误，没有生成报告；先改正，或加 --draft 生成草稿。", err=True)
        sys.exit(output.choose_exit_code([reading]))
    spec = api.form(reading.submission.form)
    waived = () if kind.is_data else list_waived_blanks(reading.submission)  # data stay as they were given
    submission, slashed = put_slashes(spec, reading.submission, waived)
    gaps = None if kind.is_data or draft else find_gaps(spec, submission)
    if gaps:
        console.say(f"还没有填全，没有生成报告：{describe_gaps(spec, gaps)}；先补填，或加 --draft 生成草稿。", err=True)
        sys.exit(output.ERRORS)
    drawn = api.pictures(submission, priors[0]) if pictures else ()
    if pictures and not drawn:
        console.say("这种报表没有定义图示，没有加图示。", err=True)
    data, remarks = api.report_with_remarks(
        submission,
        kind.suffix,
        draft=draft,
        fragment=fragment,
        pictures=drawn,
        style=dress,
        prior=priors[0],
        slashed=slashed,
    )
    files.write_file(target, data)
    for remark in remarks:
        console.say(remark, err=True)
    console.say(f"已写出 {target}", err=True)
    back = read_back(data, kind, submission, priors[0])
    for line in back.lines:
        console.say(line, err=True)
    if back.differs:
        sys.exit(output.ERRORS)
