"""Our `dataclass` makes what the standard one makes, as far as we use it."""

from __future__ import annotations

import ast
import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, ClassVar

import pytest

import xltool
from xltool import values

HOUSE = Path(xltool.__file__).parent
OPTIONS: list[dict[str, bool]] = [
    dict(zip(("frozen", "slots", "eq"), each, strict=True))
    for each in [(f, s, e) for f in (False, True) for s in (False, True) for e in (False, True)]
]


def make(decorate: Callable[..., Any], options: Mapping[str, bool]) -> type[Any]:
    """A class with all that fields can be in this house, and one derived from it."""

    @decorate(**options)
    class Point:
        """A point."""

        kind: ClassVar[str] = "point"
        x: int
        y: int = 2
        names: list[str] = field(default_factory=list)
        hidden: str = field(default="h", repr=False, compare=False)
        settled: str = field(default="s", init=False)
        counted: dict[str, int] = field(default_factory=dict, init=False)

        def __post_init__(self) -> None:
            self.names.append("made")

    @decorate(**options)
    class Deeper(Point):
        """A point with a depth."""

        depth: int = 0

    return Deeper


@pytest.fixture(params=OPTIONS, ids=str)
def pair(request):
    """The class as we make it, and as the standard library does."""
    return make(values.dataclass, request.param), make(dataclasses.dataclass, request.param)


def tell(act: Callable[[], object]) -> object:
    """What comes of it, an error as its kind and words."""
    try:
        return act()
    except Exception as error:
        return type(error), str(error)


ACTS: list[Callable[[Any], object]] = [
    lambda made: repr(made(1)),
    lambda made: repr(made(1, 3, ["a"], "b", 4)),
    lambda made: repr(made(x=1, depth=4)),
    lambda made: made(1) == made(1),
    lambda made: made(1) == made(1, hidden="other"),
    lambda made: made(1) == made(2),
    lambda made: made(1) == (1, 2, [], "h"),
    lambda made: made(1).__eq__(1),
    lambda made: isinstance(hash(made(1)), int),  # a list cannot be hashed
    lambda made: made.__hash__ is None,
    lambda made: made(),
    lambda made: made(1, 2, 3, 4, 5, 6),
    lambda made: made(1, settled="x"),
    lambda made: (made(1).settled, made(1).counted, made(1).hidden, made.kind),
    lambda made: setattr(made(1), "x", 2),
    lambda made: delattr(made(1), "x"),
    lambda made: hasattr(made(1), "__dict__"),
    lambda made: repr(dataclasses.replace(made(1), depth=9)),
    lambda made: dataclasses.replace(made(1), settled="x"),
    lambda made: dataclasses.asdict(made(1)),
    lambda made: [(each.name, each.init, each.repr, each.type) for each in dataclasses.fields(made)],
    lambda made: (made.__match_args__, made.__doc__, made.__name__, made.__module__),
    lambda made: str(inspect.signature(made)),
    lambda made: repr(copy.copy(made(1))),
    lambda made: repr(copy.deepcopy(made(1))),
    lambda made: copy.copy(made(1)) == made(1),
]


@pytest.mark.parametrize("number", range(len(ACTS)))
def test_as_the_standard_library_has_it(pair, number):
    ours, theirs = (tell(lambda each=each: ACTS[number](each)) for each in pair)
    assert str(ours) == str(theirs)


def test_hashes_are_equal_where_values_are():
    @values.dataclass(frozen=True, slots=True)
    class One:
        """One field."""

        only: str

    @values.dataclass(frozen=True)
    class Nothing:
        """No field."""

    assert hash(One("a")) == hash(One("a")) == hash(("a",))
    assert {One("a"), One("a"), One("b")} == {One("b"), One("a")}
    assert (hash(Nothing()), Nothing() == Nothing()) == (hash(()), True)


def test_methods_of_the_class_itself_stay():
    @values.dataclass(frozen=True)
    class Own:
        """One with words and an equality of its own."""

        x: int

        def __repr__(self) -> str:
            return "own"

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

    assert (repr(Own(1)), Own(1) == Own(2), hash(Own(1))) == ("own", True, 7)


@pytest.mark.parametrize("slots", [False, True])
def test_a_frozen_value_gets_nothing_new(slots):
    """The standard one with slots has an error of its own here, about `super`."""
    value = make(values.dataclass, {"frozen": True, "slots": slots})(1)
    with pytest.raises(dataclasses.FrozenInstanceError, match="'new'"):
        value.new = 2


def test_a_subclass_of_a_frozen_class_may_have_more():
    @values.dataclass(frozen=True)
    class Frozen:
        """A value."""

        x: int

    class More(Frozen):
        pass

    more = More(1)
    more.noted = 2  # type: ignore[attr-defined]
    with pytest.raises(dataclasses.FrozenInstanceError, match="'x'"):
        more.x = 2  # type: ignore[misc]


@pytest.mark.parametrize("name", ["Agency", "Figure"])
def test_values_go_to_other_processes(name):
    held = {"Agency": xltool.model.Agency("1", "甲", "county"), "Figure": xltool.model.Finding("file.missing", "error")}
    value = held[name]
    assert pickle.loads(pickle.dumps(value)) == value


def test_what_a_check_loads_is_made_here():
    """`tests/cli/test_cold_start.py` has the modules that one loads; those of these rooms are all of them."""
    rooms = ("forms", "reader", "rules", "spreadsheet", "workbook")
    for path in [*HOUSE.glob("*.py"), *(path for room in rooms for path in (HOUSE / room).glob("*.py"))]:
        source = path.read_text("utf-8")
        if path.name == "values.py" or "order=True" in source:
            continue
        imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
        taken = {each.name for node in imports if node.module == "dataclasses" for each in node.names}
        assert "dataclass" not in taken, path
