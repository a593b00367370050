"""Classes of values: `dataclass` with the options that we use, made in a third of the time.

That of the standard library writes six methods of each class as text and compiles them, until Python 3.12 one by one:
with a hundred and forty classes that was a fifth of what one `check` takes. Of these methods only `__init__` is written
anew for each class here, the others are shared. Type checkers see the standard one.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True):
        """As `dataclasses.dataclass`."""
        if cls is None:
            return lambda cls: dataclass(cls, frozen=frozen, slots=slots, eq=eq)
        own = {*vars(cls)}
        made = dataclasses.dataclass(cls, init=False, repr=False, eq=False, slots=slots)
        methods = {"__init__": _make_init(made, frozen, slots), "__repr__": _make_repr(made)}
        if eq:
            methods |= _make_comparisons(made, frozen)
        if frozen:
            methods |= _make_guards(made)
        if frozen and slots:
            methods |= {"__getstate__": _get_state, "__setstate__": _set_state}
        for name, method in methods.items():
            if name not in own:
                setattr(made, name, method)
        return made


class _Made:
    """Stands in a signature where a value is made for each."""

    def __repr__(self) -> str:
        return "<factory>"


def _make_init(made: type[Any], frozen: bool, slots: bool) -> Any:
    """The one method that is compiled: it takes the fields, and sets each."""
    known: dict[str, Any] = {"_set": object.__setattr__, "_absent": _Made()}
    parameters, lines = ["self"], []
    for field in dataclasses.fields(made):
        name, value = field.name, field.name
        if field.default_factory is not dataclasses.MISSING:
            known[f"_make_{name}"] = field.default_factory
            parameters += [f"{name}=_absent"] * field.init
            value = f"_make_{name}() if {name} is _absent else {name}" if field.init else f"_make_{name}()"
        elif field.default is not dataclasses.MISSING:
            known[f"_default_{name}"] = field.default
            parameters += [f"{name}=_default_{name}"] * field.init
            value = name if field.init else f"_default_{name}" if slots else ""  # which is the class's, without slots
        elif field.init:
            parameters.append(name)
        else:
            value = ""
        if value:
            lines.append(f"_set(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    if hasattr(made, "__post_init__"):
        lines.append("self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines or ["pass"]), known)
    init = known["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    init.__annotations__ = {each.name: each.type for each in dataclasses.fields(made) if each.init} | {"return": None}
    return init


def _make_repr(made: type[Any]) -> Any:
    shown = [field.name for field in dataclasses.fields(made) if field.repr]

    def __repr__(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    return __repr__


def _make_comparisons(made: type[Any], frozen: bool) -> dict[str, Any]:
    """Equality of what is of the very same class, and the hash of what is frozen."""
    take = _make_taker([field.name for field in dataclasses.fields(made) if field.compare])

    def __eq__(self: Any, other: object) -> bool:
        return take(self) == take(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: Any) -> int:
        return hash(take(self))

    return {"__eq__": __eq__, "__hash__": __hash__ if frozen else None}


def _make_taker(names: list[str]) -> Any:
    """What gives those attributes as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return (lambda value: (getattr(value, names[0]),)) if names else (lambda _: ())


def _make_guards(made: type[Any]) -> dict[str, Any]:
    """What refuses to change a frozen value; a subclass may have attributes besides."""
    names = {field.name for field in dataclasses.fields(made)}

    def __setattr__(self: Any, name: str, value: object) -> None:
        if type(self) is made or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        super(made, self).__setattr__(name, value)

    def __delattr__(self: Any, name: str) -> None:
        if type(self) is made or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        super(made, self).__delattr__(name)

    return {"__setattr__": __setattr__, "__delattr__": __delattr__}


def _get_state(self: Any) -> list[object]:
    """What is pickled of a frozen value without a dictionary."""
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: list[object]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
