"""`xltool serve`: the office page, on this computer alone; the agencies' door, on whatever address it is given."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from xltool import itself
from xltool.campaign.folder import find_campaign
from xltool.cli import campaign_options, console
from xltool.cli.chinese import Command

if TYPE_CHECKING:
    from xltool.web.password_guard import Gate

_HERE: Final = "127.0.0.1"
_PATH: Final = click.Path(path_type=Path)


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
@click.option("--agencies", is_flag=True, help="只开报送入口：各单位凭自己的链接（xltool links）取工作簿、试审、报送。")
@click.option("--host", metavar="地址", default="", help="在本机的哪个地址上开，如 0.0.0.0；默认只在本机能打开。")
@click.option("--cert", metavar="证书.pem", type=_PATH, help="自己用 https 的证书；前面另有服务器的不用。")
@click.option("--key", metavar="私钥.pem", type=_PATH, help="证书的私钥，不设密码。")
@click.option("--set-password", "sets_password", is_flag=True, help="设办公台的密码，用 --host 时要它。")
def command(  # noqa: PLR0917
    root: Path,
    port: int,
    no_browser: bool,
    agencies: bool,
    host: str,
    cert: Path | None,
    key: Path | None,
    sets_password: bool,
) -> None:
    """Serves the page until it is closed, and prints its address alone."""
    if (cert is None) != (key is None):
        raise click.UsageError("--cert 和 --key 要一起写。")
    if agencies:
        _serve_door(find_campaign(root).root, host or _HERE, port, (cert, key))
        return
    from xltool.web.server import check_certificate, open_server
    from xltool.web.shelf import locate_memory

    if sets_password:
        _set_password(locate_memory().parent)
        return
    if cert and not host:
        raise click.UsageError("--cert 和 --key 和 --host 一起用。")
    tls = {} if cert is None or key is None else check_certificate(cert, key)
    gate = _open_gate(host, locate_memory().parent, is_secure=bool(tls)) if host else None
    server = open_server(root, port, itself.find_program(), memory=locate_memory(), gate=gate, tls=tls)
    if server.site.home is not None:
        server.site.home.refresh_launchers()
    console.say(f"办公台：{server.address}")
    sys.stdout.flush()
    if not no_browser and gate is None:
        webbrowser.open(server.address)
    try:
        server.run()
    except KeyboardInterrupt:  # how it is ended at the console
        return


def _open_gate(host: str, settings: Path, *, is_secure: bool) -> Gate:
    """The gate of an office page that others can reach; raises `XltoolError` when it has no password yet."""
    from xltool.web.password import is_password, locate_password
    from xltool.web.password_guard import Gate

    is_password(locate_password(settings), "")
    if not is_secure and host not in {_HERE, "localhost", "::1"}:
        console.say("没有证书（--cert、--key）：前面没有别的服务器用 https 的，密码和数据在网络上是明文。", err=True)
    return Gate(host, locate_password(settings), is_secure)


def _set_password(settings: Path) -> None:
    """Asks for the password twice, without showing it; what is not typed comes as one line of standard input."""
    from xltool.web.password import locate_password, set_password

    if sys.stdin.isatty():
        password = click.prompt("办公台的密码", hide_input=True, confirmation_prompt="再写一遍", err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    set_password(locate_password(settings), password)
    console.say("密码设好了。办公台正开着的，登录过的要到过期才重新登录。", err=True)


def _serve_door(root: Path, host: str, port: int, certificate: tuple[Path | None, Path | None]) -> None:
    from xltool.web.door_server import open_door

    cert, key = certificate
    server = open_door(root, host, port, itself.find_program(), None if cert is None or key is None else (cert, key))
    console.say(f"报送入口：{server.address}")
    sys.stdout.flush()
    try:
        server.run()
    except KeyboardInterrupt:
        return
