"""What is derived from a form is made once and remembered in the form itself: it lives and dies with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

Owner = TypeVar("Owner")
Result = TypeVar("Result")
P = ParamSpec("P")

_MEMO: Final = "_derived"
_SOURCE: Final = "_source"


def derive_once(make: Callable[Concatenate[Owner, P], Result]) -> Callable[Concatenate[Owner, P], Result]:
    """Makes a function of a form, or of something made from one, remember what it gave for each of its other arguments.

    Owners are told apart by identity, never by content: two readings of one definition share nothing. The other
    arguments are hashable.
    """
    others = tuple(signature(make).parameters.values())[1:]

    @wraps(make)
    def remember(owner: Owner, /, *given: P.args, **named: P.kwargs) -> Result:
        left = others[len(given) :]
        arguments = (*given, *(named.get(each.name, each.default) for each in left)) if left else given
        made: dict[Any, Any] = vars(owner).setdefault(_MEMO, {})
        key = (make, *arguments)
        if key not in made:
            made[key] = make(owner, *given, **named)
        result: Result = made[key]
        return result

    return remember


def note_source(owner: object, digest: str) -> None:
    """Notes what a form was read from, by a digest of it: what is derived from one text is the same each time."""
    vars(owner)[_SOURCE] = digest


def find_source(owner: object) -> str:
    """The digest of what a form was read from; nothing of one that was made in another way."""
    return str(vars(owner).get(_SOURCE, ""))
