"""What is double-clicked in a campaign's folder: run as each system runs it, in folders of strange names."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from contextlib import closing
from ctypes.util import find_library

import pytest
from click.testing import CliRunner

from tests.campaign import stores
from xltool import itself
from xltool.campaign import folder, inspection, launchers, layout, opening
from xltool.campaign.roster import Roster
from xltool.cli import main

FOLDERS = (
    "2024年度 额敏县", "a'b", 'c"d', "e&f;g|h", "$(touch x)`touch x`${HOME}", "100% %PATH% %k", "!VAR! ^&", "-C", "~",
    "*", "\\n", "县\n村", "(甲) [乙] {丙}",
)  # fmt: skip
# No percent sign: Windows expands it once, wine what it has expanded too.
WINDOWS_FOLDERS = ("2024年度 额敏县", "a'b", "e&f;g", "$(x)`x`", "!VAR! ^&", "-C", "~", "(甲) [乙] {丙}")
STAND_IN = """#!/bin/sh
[ "$1" = --version ] && exit 0
printf '%s\\0' "$@" > "$SEEN"
exit ${ANSWER:-0}
"""
WINDOWS_STAND_IN = """@echo off
if "%1"=="--version" exit /b 0
echo here> here.txt
echo %*> "%SEEN%"
exit /b %ANSWER%
"""
DESKTOP = f"""
import ctypes, os, sys, time
gio = ctypes.CDLL({find_library("gio-2.0")!r})
gio.g_desktop_app_info_new_from_filename.restype = ctypes.c_void_p
entry = ctypes.c_void_p(gio.g_desktop_app_info_new_from_filename(os.fsencode(sys.argv[1])))
assert entry.value and gio.g_app_info_launch(entry, None, None, None)
until = time.monotonic() + 30
while not os.path.exists(os.environ["SEEN"]) and time.monotonic() < until:
    time.sleep(0.05)
time.sleep(0.2)
"""
UNIX = pytest.mark.skipif(sys.platform == "win32", reason="needs a shell of Unix")


@pytest.fixture
def office(tmp_path):
    campaign = stores.campaign(tmp_path / "in", Roster(stores.entries()))
    (campaign.root / "roster.csv").unlink()
    (campaign.root / "下发").mkdir()
    (campaign.root / "办公室.xlsx").write_bytes(b"")
    return folder.load_campaign(campaign.root)


@pytest.fixture
def path_with(tmp_path):
    """A search path on which there is an xltool that writes down where and how it was called."""
    place = tmp_path / "programs"
    place.mkdir()
    program = place / "xltool"
    program.write_text(STAND_IN, "utf-8")
    program.chmod(0o755)
    return f"{place}{os.pathsep}/usr/bin{os.pathsep}/bin"


def run(command, tmp_path, path, code="0"):
    """What a launcher says and ends with, and what it called xltool with."""
    seen = tmp_path / "seen"
    seen.unlink(missing_ok=True)
    env = {"PATH": path, "SEEN": str(seen), "ANSWER": code, "HOME": str(tmp_path)}
    done = subprocess.run(
        command, input="\n", capture_output=True, encoding="utf-8", cwd=tmp_path, env=env, timeout=60, check=False
    )
    return done, seen.read_text("utf-8").split("\0")[:-1] if seen.exists() else []


def place_in(parent, name, writer, program=()):
    root = parent / name
    root.mkdir()
    path = (
        root
        / {
            launchers.write_command: layout.MAC_LAUNCHER,
            launchers.write_entry: layout.LINUX_LAUNCHER,
            launchers.write_batch: layout.WINDOWS_LAUNCHER,
        }[writer]
    )
    path.write_bytes(writer(program))
    path.chmod(0o755)
    return path


def split_entry(path):
    """The words that a desktop runs: the value unescaped, then the quotation marks of `Exec`, then its codes."""
    [line] = [line for line in path.read_text("utf-8").split("\n") if line.startswith("Exec=")]
    value = line.removeprefix("Exec=").replace("\\\\", "\\")
    assert value.startswith('sh -c "') and value.endswith('" %k')
    words, quoted = [], iter(value.removeprefix('sh -c "').removesuffix('" %k'))
    for sign in quoted:
        assert sign not in '"`$'
        words.append(next(quoted) if sign == "\\" else sign)
    return ["sh", "-c", "".join(words).replace("%%", "%"), str(path)]


@UNIX
@pytest.mark.parametrize("name", FOLDERS)
def test_a_script_finds_its_folder_whatever_that_is_called(tmp_path, path_with, name):
    for way in (launchers.write_command, launchers.write_entry):
        path = place_in(tmp_path, name, way)
        command = [str(path)] if way is launchers.write_command else split_entry(path)
        done, called = run(command, tmp_path, path_with)
        assert (done.returncode, done.stderr, called) == (0, "", ["serve", "-C", str(path.parent)])
        assert "请不要关这个窗口" in done.stdout
        assert not (tmp_path / "x").exists() and not (path.parent / "x").exists()
        shutil.rmtree(path.parent)


@UNIX
def test_a_script_called_by_its_bare_name_stays_where_it_is(tmp_path, path_with):
    path = place_in(tmp_path, "县", launchers.write_command)
    done, called = run(["sh", "-c", f"cd 县 && sh {path.name}"], tmp_path, path_with)
    assert done.returncode == 0 and called == ["serve", "-C", "."]


@UNIX
@pytest.mark.parametrize("name", FOLDERS)
def test_the_program_that_wrote_it_comes_first_whatever_its_way_is_called(tmp_path, path_with, name):
    program = tmp_path / "p" / name / "python"
    program.parent.mkdir(parents=True)
    program.write_text(STAND_IN.replace('"$1"', '"$4"'), "utf-8")
    program.chmod(0o755)
    path = place_in(tmp_path, "县", launchers.write_entry, (str(program), "-P", "-m", "xltool"))
    command = ["serve", "-C", str(path.parent)]
    done, called = run(split_entry(path), tmp_path, path_with)
    named = name.isprintable()  # what is no line of text cannot stand in a line of text
    assert done.returncode == 0 and called == (["-P", "-m", "xltool", *command] if named else command)
    program.unlink()
    done, called = run(split_entry(path), tmp_path, path_with)
    assert (done.returncode, done.stderr, called) == (0, "", command)


@UNIX
def test_a_desktop_that_names_places_by_address_opens_it_too(tmp_path):
    root = tmp_path / "甲 100%"
    (tmp_path / "roster.csv").write_bytes(Roster(stores.entries()).to_csv())
    options = ("--form", "ogi-2021", "--year", "2024", "--name", "样例县", "--roster", str(tmp_path / "roster.csv"))
    assert CliRunner().invoke(main, ["new", str(root), *options]).exit_code == 0
    done = CliRunner().invoke(main, ["status", "-C", root.as_uri()])
    assert done.exit_code == 0 and "样例县 2024 年度" in done.output


@UNIX
@pytest.mark.parametrize("way", [launchers.write_command, launchers.write_entry])
def test_without_xltool_it_says_what_to_do_and_waits(tmp_path, way):
    path = place_in(tmp_path, "县", way, ("/nowhere/python", "-P", "-m", "xltool"))
    command = [str(path)] if way is launchers.write_command else split_entry(path)
    done, called = run(command, tmp_path, "/usr/bin:/bin")
    assert done.returncode == 1 and called == [] and done.stderr == ""
    assert "没有找到 xltool" in done.stdout and done.stdout.endswith("按回车键关闭。\n")


@UNIX
@pytest.mark.parametrize("way", [launchers.write_command, launchers.write_entry])
def test_when_the_page_does_not_open_the_reason_stays_to_be_read(tmp_path, path_with, way):
    path = place_in(tmp_path, "县", way)
    command = [str(path)] if way is launchers.write_command else split_entry(path)
    done, _ = run(command, tmp_path, path_with, code="3")
    assert done.returncode == 3 and "原因见上面" in done.stdout and done.stdout.endswith("按回车键关闭。\n")
    done, _ = run(command, tmp_path, path_with)
    assert done.returncode == 0 and "按回车键" not in done.stdout


@UNIX
def test_the_entry_is_one_that_desktops_accept(tmp_path):
    if shutil.which("desktop-file-validate") is None:
        pytest.skip("needs desktop-file-validate (desktop-file-utils)")
    path = place_in(tmp_path, "县", launchers.write_entry, ("/a 100%/$x \"y\" 'z' `w`\\/python", "-m", "xltool"))
    done = subprocess.run(["desktop-file-validate", str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@UNIX
@pytest.mark.parametrize("name", FOLDERS)
def test_a_desktop_opens_it(tmp_path, path_with, name):
    """As GLib does, on which most desktops stand; the window of a terminal is stood in for."""
    if find_library("gio-2.0") is None:
        pytest.skip("needs GLib (libglib2.0-0)")
    program = tmp_path / "p" / (name if name.isprintable() else "县") / "python"
    program.parent.mkdir(parents=True)
    program.write_text(STAND_IN.replace('"$1"', '"$4"'), "utf-8")
    program.chmod(0o755)
    path = place_in(tmp_path, name, launchers.write_entry, (str(program), "-P", "-m", "xltool"))
    terminal = tmp_path / "programs" / "xterm"
    terminal.write_text('#!/bin/sh\n[ "$1" = -e ] && shift\n"$@"\n', "utf-8")
    terminal.chmod(0o755)
    done, called = run([sys.executable, "-c", DESKTOP, str(path)], tmp_path, path_with)
    assert done.returncode == 0, done.stderr
    assert called == ["-P", "-m", "xltool", "serve", "-C", str(path.parent)]


def test_the_batch_file_is_read_in_its_own_encoding():
    data = launchers.write_batch(("C:\\用户\\张三 & 100% (x)!^\\python.exe", "-P", "-m", "xltool"))
    lines = data.split(b"\r\n")
    assert lines[-1] == b"" and not any(b"\n" in line or b"\r" in line for line in lines)
    changed = lines.index(b"chcp 65001 >nul")
    assert all(line.isascii() for line in lines[: changed + 1]) and not data.startswith(b"\xef\xbb\xbf")
    text = [line.decode() for line in lines]
    assert 'set "PROGRAM=C:\\用户\\张三 & 100%% (x)!^\\python.exe"' in text
    assert any("DisableDelayedExpansion" in line for line in text)
    # Labels are looked for byte by byte, which goes wrong in this encoding; what is shown bears no sign with a meaning.
    assert not any(line.startswith(":") or "goto" in line for line in text)
    shown = [line.partition("echo ")[2] for line in text if " echo " in line]
    assert len(shown) == 5 and not set("".join(shown)) & set('%^&|<>()"!')


def test_the_batch_file_runs_where_there_is_wine(tmp_path):
    if shutil.which("wine") is None:
        pytest.skip("needs wine")
    base = {**os.environ, "WINEPREFIX": str(tmp_path / "wine"), "WINEDEBUG": "-all", "DISPLAY": ""}
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "xltool.bat").write_bytes(WINDOWS_STAND_IN.replace("\n", "\r\n").encode())

    def double_click(path, code="0", there=True):
        seen = tmp_path / "seen"
        seen.unlink(missing_ok=True)
        env = {**base, "SEEN": f"Z:{seen}", "ANSWER": code, "WINEPATH": f"Z:{programs}" if there else ""}
        command = ["wine", f"Z:{path}"]  # by its name, as Explorer does
        done = subprocess.run(command, input=b"\r\n", capture_output=True, env=env, timeout=300, check=False)
        return done, seen.read_text("ascii").strip() if seen.exists() else ""

    try:
        for name in WINDOWS_FOLDERS:
            path = place_in(tmp_path, name, launchers.write_batch, ("Z:\\nowhere\\python.exe", "-P", "-m", "xltool"))
            done, seen = double_click(path)
            assert done.returncode == 0, (name, done)
            assert seen == "serve -C ." and (path.parent / "here.txt").exists(), (name, seen)
        done, seen = double_click(path, code="3")
        assert done.returncode != 0 and seen == "serve -C ."
        done, seen = double_click(path, there=False)
        assert done.returncode == 1 and not seen and b"xltool serve -C" in done.stdout
    finally:
        subprocess.run(["wineserver", "-k"], env=base, timeout=60, check=False)


def test_only_the_file_of_this_system_names_the_program(office):
    for system, own in (("win32", 0), ("darwin", 1), ("linux", 2)):
        with closing(opening.open_store(office, create=True)) as store:
            placed = launchers.place_launchers(office, store, ("/一个/python", "-m", "xltool"), system=system)
        names = [layout.WINDOWS_LAUNCHER, layout.MAC_LAUNCHER, layout.LINUX_LAUNCHER]
        assert names[own] == layout.find_launcher(system) and names[own] in {each.place for each in placed}
        assert ["一个" in (office.root / name).read_text("utf-8") for name in names] == [at <= own for at in range(3)]


def test_they_are_made_once_kept_when_edited_and_known_to_doctor(tmp_path):
    root = tmp_path / "任务"
    options = ("--form", "ogi-2021", "--year", "2024", "--name", "样例县", "--roster", str(tmp_path / "roster.csv"))
    (tmp_path / "roster.csv").write_bytes(Roster(stores.entries()).to_csv())

    def call(*arguments):
        done = CliRunner().invoke(main, list(arguments))
        assert done.exit_code == 0, done.output
        return done.output

    assert "双击" in call("new", str(root), *options)
    names = [layout.WINDOWS_LAUNCHER, layout.MAC_LAUNCHER, layout.LINUX_LAUNCHER]
    before = {name: (root / name).read_bytes() for name in names}
    if sys.platform != "win32":
        modes = [stat.S_IMODE((root / name).stat().st_mode) & 0o111 for name in names]
        assert modes[0] == 0 and all(modes[1:])
    call("new", str(root), *options)
    call("build", "-C", str(root))
    assert {name: (root / name).read_bytes() for name in names} == before
    assert not list(root.glob("*（新）*"))
    own = root / layout.find_launcher(sys.platform)
    assert itself.find_program()[0] in own.read_text("utf-8").replace("%%", "%")

    own.write_bytes(b"mine")
    assert own.name in call("build", "-C", str(root)) and own.read_bytes() == b"mine"
    assert (root / f"{own.stem}（新）{own.suffix}").read_bytes() == before[own.name]
    [told] = [each.text for each in inspection.inspect_campaign(folder.load_campaign(root)) if each.id == "edited."]
    assert own.name in told
    call("build", "-C", str(root), "--replace")
    assert {name: (root / name).read_bytes() for name in names} == before and not list(root.glob("*（新）*"))
    for name in names:
        (root / name).unlink()
    call("build", "-C", str(root))
    assert {name: (root / name).read_bytes() for name in names} == before


def test_a_campaign_for_programs_has_none(tmp_path):
    (tmp_path / "roster.csv").write_bytes(Roster(stores.entries()).to_csv())
    options = ("--form", "ogi-2021", "--year", "2024", "--name", "样例县", "--roster", str(tmp_path / "roster.csv"))
    done = CliRunner().invoke(main, ["new", str(tmp_path / "a"), "--plain", *options])
    assert done.exit_code == 0 and all(path.name.isascii() for path in (tmp_path / "a").rglob("*"))
