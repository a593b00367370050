"""Folders as people name them on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


class FolderPath(click.Path):
    """A folder by its path, or by the address that file managers have for it (`file:///…`)."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; of an address too."""
        if isinstance(value, str) and value.startswith("file:///"):
            from urllib.request import url2pathname  # seldom needed, and it loads much

            value = url2pathname(value.removeprefix("file://"))
        return super().convert(value, param, ctx)
