"""Peak memory of a piece of work, in the process that does it."""

from __future__ import annotations

import ctypes
from pathlib import Path

_STATUS = Path("/proc/self/status")
_RESET_PEAK = "5"
"""What the kernel takes in clear_refs as the order to forget the peak (proc(5))."""


class PeakMemory:
    """How far resident memory rises above what it is now.

    The allocator first gives back what earlier work has freed, so that the order of the methods does not matter. Where
    the system keeps no such peak, which is everywhere but on Linux, the rise is NaN.
    """

    def __init__(self) -> None:
        self._start: float | None = None
        if _STATUS.exists():
            ctypes.CDLL(None).malloc_trim(0)
            try:
                Path("/proc/self/clear_refs").write_text(_RESET_PEAK)
            except OSError:
                return
            self._start = _kilobytes("VmRSS")

    def rise(self) -> float:
        """Megabytes between the highest point since the start and the start."""
        return float("nan") if self._start is None else (_kilobytes("VmHWM") - self._start) / 1000


def _kilobytes(field: str) -> float:
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(f"{field}:"))
    return float(line.split()[1])
