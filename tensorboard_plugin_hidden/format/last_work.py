"""Lets zarr work while a process ends, when Python no longer starts the threads that it gives its work to.

A script's main thread may be over before another one that trains, and the last maps are written after both.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from zarr.core import sync


def work_without_threads() -> None:
    """Has zarr do its work from now on where it stands, if no thread can be had."""
    sync._get_loop().set_default_executor(_Here(max_workers=1))


class _Here(ThreadPoolExecutor):
    """An executor that works itself when it has nobody to work for it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Has a function called.

        Args:
            fn: The function.
            args: Its arguments.
            kwargs: Its arguments.
        """
        try:
            return super().submit(fn, *args, **kwargs)
        except RuntimeError:
            done: Future[Any] = Future()
            try:
                done.set_result(fn(*args, **kwargs))
            except Exception as error:  # as the future of a thread would hold it
                done.set_exception(error)
            return done
