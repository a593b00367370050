"""The demo takes the sample county the whole way and can be run again."""

from click.testing import CliRunner

import xltool
from xltool.cli import main
from xltool.forms.catalog import data_folder


def test_demo_writes_workbooks_findings_and_reports(tmp_path):
    first = CliRunner().invoke(main, ["demo", str(tmp_path / "县")])
    assert first.exit_code == 0, first.output
    files = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for path in files:
        assert str(tmp_path / path) in first.output
    samples = list((data_folder("samples") / "2024").glob("*.json"))
    books = [data for path, data in files.items() if path.suffix == ".xlsx" and not path.name.startswith("空白")]
    assert len(books) == len(samples) > 4
    states = [xltool.status(reading) for reading in xltool.check([xltool.read(data) for data in books])]
    assert sorted(states) == ["accepted"] * (len(samples) - 1) + ["returned"]
    drafts = [path for path in files if "草稿" in path.name]
    assert {path.suffix for path in drafts} == {".docx", ".html", ".md"}
    assert "草稿" in next(data for path, data in files.items() if path in drafts and path.suffix == ".html").decode()
    again = CliRunner().invoke(main, ["demo", str(tmp_path / "县")])
    assert again.output == first.output
    assert {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == files


def test_demo_says_why_it_cannot_write(tmp_path):
    (tmp_path / "file").write_text("")
    done = CliRunner().invoke(main, ["demo", str(tmp_path / "file")])
    assert done.exit_code == 1
    assert "Traceback" not in done.output and "写不出" in done.output
