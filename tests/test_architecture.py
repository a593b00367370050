"""ARCHITECTURE.md against the tree: the order of the rooms is that of the layer test, whatever it names is there."""

import re
from functools import cache
from pathlib import Path

from tests.test_layers import ALONE, HOUSE, MODULES, ROOMS

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")


@cache
def measure_height(room):
    """How many lines of rooms stand on each other up to this one."""
    return 1 + max((measure_height(below) for below in ROOMS[room]), default=0)


def draw_rooms():
    """The rooms, the highest line first, each line with those that do not know each other."""
    heights = sorted({measure_height(room) for room in ROOMS}, reverse=True)
    lines = [" | ".join(sorted(room for room in ROOMS if measure_height(room) == height)) for height in heights]
    return "".join(f"    {line}\n" for line in lines)


def name_modules():
    """The rooms and modules in the first and last column of the page's table, and every `room/module` elsewhere."""
    rows = re.findall(r"^\| (`.*?) \|.*\| (.*?) \|$", PAGE, re.M)
    in_table = [name for cells in rows for cell in cells for name in re.findall(r"`([a-z_/]+)`", cell)]
    return in_table + re.findall(rf"`((?:{'|'.join(ROOMS)})/[a-z_]+)`", PAGE)


def test_the_order_of_the_rooms_is_that_of_the_layer_test():
    drawn = re.search(r"<!-- rooms -->\n\n(.*?)\n<!-- end of the rooms -->", PAGE, re.S)
    assert drawn is not None and drawn[1] == draw_rooms(), f"between the comments should stand:\n\n{draw_rooms()}\n"


def test_every_room_has_its_line():
    table = re.search(r"\| room \|.*?\n\n", PAGE, re.S)[0]
    named = {name for row in re.findall(r"^\| (`.*?) \|", table, re.M) for name in re.findall(r"`([a-z_]+)`", row)}
    assert named == set(ROOMS) - {"__init__"}


def test_every_module_that_is_named_is_there():
    names = name_modules()
    assert len(names) > 40
    for name in names:
        assert (HOUSE / f"{name}.py").is_file() or (HOUSE / name).is_dir(), name


def test_the_doors_of_libraries_are_those_of_the_layer_test():
    doors = re.search(r"Some libraries have one door.*?\n\n", PAGE, re.S)[0]
    packages = {"python-docx": "docx", "chinesecalendar": "chinese_calendar"}
    for library, module in re.findall(r"([\w-]+) in\s`([\w/]+)`", doors):
        assert module in ALONE[packages.get(library, library)], library
    assert MODULES.keys() - {""} <= ROOMS.keys()


def test_every_path_that_a_document_links_is_there():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links {target}"
