"""Where many files are read: on this computer, or by the workers of a cluster; and how they are named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xltool.sources import is_address, list_sources

if TYPE_CHECKING:
    from xltool.readings import ReadingEngine


class _SchedulerAddress(click.ParamType):  # type: ignore[type-arg]  # click 8.1 has no such argument
    name = "scheduler"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The address, if it can be one."""
        from xltool.cluster import is_scheduler

        if not is_scheduler(value):
            example = "应写成 tcp://主机:端口（或 tls://），例如 tcp://10.0.0.1:8786"
            self.fail(f"{value} 不是调度器的地址，{example}", param, ctx)
        return value


def scheduler_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command the option `--scheduler`, its argument `scheduler`."""
    return click.option(
        "--scheduler",
        metavar="地址",
        type=_SchedulerAddress(),
        help="文件由 dask 集群的工作进程读，写调度器的地址，如 tcp://10.0.0.1:8786；结果与在本机读的相同。",
    )(command)


@contextmanager
def open_engine(scheduler: str | None, jobs: int | None = None) -> Iterator[ReadingEngine]:
    """What reads many files: a cluster's workers, else processes of this computer, by default one a processor."""
    from xltool.readings import LocalEngine

    if scheduler is None:
        yield LocalEngine() if jobs is None else LocalEngine(jobs)
        return
    from xltool.cluster import open_cluster

    with open_cluster(scheduler) as cluster:
        yield cluster


class FileName(click.ParamType):  # type: ignore[type-arg]  # click 8.1 has no such argument
    """A file that is read, by its path or by an address such as `s3://…`."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002
        """The name as it is told."""
        return value if is_address(value) else str(Path(value))


def list_names(given: tuple[str, ...]) -> list[str]:
    """The files that arguments name: an address with signs such as `*` names all that fit it."""
    return [name for each in given for name in list_sources(each)]
