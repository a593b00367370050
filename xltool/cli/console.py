"""The streams of the command line: results in UTF-8, lines for people in the console's own encoding."""

from __future__ import annotations

import sys
from typing import TextIO

import click

from xltool.messages import make_visible


def write_result(data: bytes) -> None:
    """Sends a result to standard output as UTF-8, whatever the console's own encoding."""
    sys.stdout.flush()
    stream = sys.stdout.buffer
    stream.write(data)
    stream.flush()


def say(text: str, *, err: bool = False) -> None:
    """A line for people, in the console's encoding.

    A sign that it cannot show becomes a question mark rather than a failure.
    """
    shown = "\n".join(make_visible(line) for line in text.split("\n"))  # no name of a file gives a terminal orders
    click.echo(_make_encodable(shown, sys.stderr if err else sys.stdout), err=err)


def _make_encodable(text: str, stream: TextIO) -> str:
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
