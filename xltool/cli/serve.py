"""`xltool serve`: the office page, on this computer alone."""

from __future__ import annotations

import sys
import webbrowser
from contextlib import suppress
from pathlib import Path

import click

from xltool import itself
from xltool.campaign import launchers
from xltool.campaign.folder import load_campaign
from xltool.cli import campaign_options, console
from xltool.cli.chinese import Command
from xltool.messages import XltoolError


@click.command(
    cls=Command,
    name="serve",
    help="打开办公台：在浏览器里看进度、收文件、办各单位的事，和命令用的是同一个文件夹。\n\n"
    "在填报任务的文件夹里（或用 -C 指明），打开的就是那个任务；在别的文件夹里，列出其中的和以前打开过的任务。\n\n"
    "只在本机能打开，地址里的钥匙每次启动都换。按 Ctrl-C，或按页面上的“关闭办公台”结束；开着的时候照样可以用命令。",
)
@campaign_options.campaign_option
@click.option(
    "--port", metavar="端口", default=0, type=click.IntRange(0, 65535), help="用哪个端口；默认任选一个空着的。"
)
@click.option("--no-browser", is_flag=True, help="不自动打开浏览器。")
def command(root: Path, port: int, no_browser: bool) -> None:
    """Serves the page until it is closed, and prints its address alone."""
    from xltool.web.server import open_server
    from xltool.web.shelf import locate_memory

    server = open_server(root, port, itself.find_program(), memory=locate_memory())
    if server.site.home is not None:
        _refresh_launchers(server.site.home.root)
    console.say(f"办公台：{server.address}")
    sys.stdout.flush()
    if not no_browser:
        webbrowser.open(server.address)
    try:
        server.run()
    except KeyboardInterrupt:  # how it is ended at the console
        return


def _refresh_launchers(root: Path) -> None:
    """So that what opens this page by a double click finds the xltool of this computer the next time."""
    with suppress(XltoolError):  # a folder that cannot be written is shown as well
        campaign = load_campaign(root)
        with campaign_options.hold_open(campaign):
            launchers.refresh_launchers(campaign, itself.find_program())
