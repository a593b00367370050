"""The built program, tried as those use it who have nothing else: no Python, no search path of ours.

Building takes a minute and does not belong here: `XLTOOL_BUNDLE` names the folder that `packaging/xltool.spec` built.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.campaign import stores
from xltool.campaign import layout
from xltool.campaign.roster import Roster

BUNDLE = os.environ.get("XLTOOL_BUNDLE", "")
SUFFIX = ".exe" if sys.platform == "win32" else ""
LINE = re.compile(r"办公台：(http://127\.0\.0\.1:[0-9]+/\?key=[\w-]{43})\n")
TOKEN = re.compile('name="token" value="([^"]+)"')
pytestmark = pytest.mark.skipif(
    not BUNDLE, reason="needs the program that packaging/xltool.spec builds, in the folder that XLTOOL_BUNDLE names"
)


@pytest.fixture
def env(tmp_path):
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "PATHEXT", "LOCALAPPDATA") if name in os.environ}
    paths = [] if sys.platform == "win32" else ["/usr/bin", "/bin"]
    return {
        **kept,
        "PATH": os.pathsep.join(paths),
        "HOME": str(tmp_path),
        "XLTOOL_CONFIG": str(tmp_path / "config"),
        "LANG": "C.UTF-8",
        "PYTHONUTF8": "1",
    }


def find_program(name="xltool"):
    return str(Path(BUNDLE).resolve() / f"{name}{SUFFIX}")


def call(env, folder, *arguments, code=0):
    done = subprocess.run(
        [find_program(), *arguments],
        cwd=folder,
        env=env,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    assert done.returncode == code, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


@contextmanager
def served(command, env, folder):
    """A client that the office page has let in, as the program printed its address."""
    process = subprocess.Popen(
        command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )
    try:
        lines = iter(process.stdout.readline, "")
        address = next(found[1] for line in lines if (found := LINE.fullmatch(line)))
        with httpx.Client(trust_env=False, timeout=120, follow_redirects=True) as client:
            page = client.get(address)
            assert page.status_code == 200
            yield client, page
            origin = f"{page.url.scheme}://{page.url.netloc.decode()}"
            token = TOKEN.search(page.text)[1]
            assert client.post(f"{origin}/close", data={"token": token}, headers={"Origin": origin}).status_code == 200
        process.communicate(timeout=60)
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate(timeout=60)


def test_it_has_everything_that_it_needs(env, tmp_path):
    found = {each["id"]: each for each in json.loads(call(env, tmp_path, "doctor", "--json"))["checks"]}
    assert all(each["state"] != "missing" for each in found.values())
    assert found["typst"]["state"] == found["pdfplumber"]["state"] == "ok"
    assert call(env, tmp_path, "--version").startswith("xltool ")
    assert call(env, tmp_path, "forms").split()


def test_it_plays_the_demo_and_prints_every_kind(env, tmp_path):
    call(env, tmp_path, "demo", "县")
    document = tmp_path / "县" / "汇总" / "submission.json"
    for kind in ("docx", "html", "pdf", "md"):
        call(env, tmp_path, "report", str(document), "-o", f"报告.{kind}")
        assert (tmp_path / f"报告.{kind}").stat().st_size > 1000
    call(env, tmp_path, "verify", "报告.pdf", "--against", str(document))  # reads it back
    workbooks = sorted((tmp_path / "县" / "下发").glob("*.xlsx"))
    call(env, tmp_path, "check", *map(str, workbooks), code=3)  # in processes of its own


@contextmanager
def opened_office(env, tmp_path):
    (tmp_path / "roster.csv").write_bytes(Roster(stores.entries()).to_csv())
    options = ("--form", "ogi-2021", "--year", "2024", "--name", "样例县", "--roster", "roster.csv")
    call(env, tmp_path, "new", "任务", *options)
    call(env, tmp_path, "build", "-C", "任务", "--mail")
    root = tmp_path / "任务"
    with served([find_program(), "serve", "-C", "任务", "--no-browser"], env, tmp_path) as (client, page):
        yield root, client, page


def test_its_office_page_takes_files_in(env, tmp_path):
    """The page calls the program itself, which starts workers of its own."""
    with opened_office(env, tmp_path) as (root, client, page):
        workbook = sorted((root / "下发").glob("*.xlsx"))[0]
        take_in = client.get(f"{str(page.url).rstrip('/')}/take-in")
        token = TOKEN.search(take_in.text)[1]
        origin = f"{page.url.scheme}://{page.url.netloc.decode()}"
        sent = client.post(
            take_in.url,
            data={"token": token},
            files={"files": (workbook.name, workbook.read_bytes())},
            headers={"Origin": origin},
        )
        assert sent.status_code == 200, sent.text
        with client.stream("GET", f"{take_in.url}/events", timeout=120) as events:
            assert "event: ended" in "".join(events.iter_text())
        assert list((root / "存档").iterdir())


def test_it_opens_the_agencies_door(env, tmp_path):
    (tmp_path / "roster.csv").write_bytes(Roster(stores.entries()).to_csv())
    options = ("--form", "ogi-2021", "--year", "2024", "--name", "样例县", "--roster", "roster.csv")
    call(env, tmp_path, "new", "任务", *options)
    call(env, tmp_path, "build", "-C", "任务")
    command = [find_program(), "serve", "--agencies", "-C", "任务"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )
    try:
        address = process.stdout.readline().removeprefix("报送入口：").strip().rstrip("/")
        links = call(env, tmp_path, "links", "-C", "任务", "--base", address).splitlines()
        link = links[-1].rpartition(",")[2]
        with httpx.Client(trust_env=False, timeout=120) as client:
            page = client.get(f"{link}/")
            assert page.status_code == 200 and links[-1].split(",")[1] in page.text
    finally:
        process.kill()
        process.communicate(timeout=60)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell of Unix")
def test_what_it_wrote_into_the_folder_opens_it_again_by_a_double_click(env, tmp_path):
    with opened_office(env, tmp_path):
        pass
    moved = tmp_path / "搬走 的$任务"
    shutil.move(tmp_path / "任务", moved)
    launcher = moved / layout.find_launcher(sys.platform)
    script = tmp_path / "script"
    if launcher.suffix == ".desktop":
        from tests.campaign.test_launchers import split_entry

        command = split_entry(launcher)
    else:
        command = [str(launcher)]
    script.write_text('#!/bin/sh\necho "$LD_LIBRARY_PATH" > "$HOME/browser"\n', "utf-8")
    script.chmod(0o755)
    with served(command, {**env, "BROWSER": str(script), "LD_LIBRARY_PATH": "/own"}, tmp_path) as (_, page):
        assert "样例县" in page.text
    assert (tmp_path / "browser").read_text("utf-8") == "/own\n"  # a browser does not find our libraries


@pytest.mark.parametrize("dragged", [True, False])
def test_its_other_name_is_the_office_page(env, tmp_path, dragged):
    (tmp_path / "roster.csv").write_bytes(Roster(stores.entries()).to_csv())
    options = ("--form", "ogi-2021", "--year", "2024", "--name", "样例县", "--roster", "roster.csv")
    call(env, tmp_path, "new", "任务", *options)
    env = {**env, "BROWSER": "true"}
    with served([find_program("办公台"), *(["任务"] if dragged else [])], env, tmp_path) as (_, page):
        assert "样例县" in page.text
