"""What TensorBoard's data provider knows of a run, as records. The only file that calls the provider."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tensorboard.data.provider import RunTagFilter

from tensorboard_plugin_hidden.errors import HiddenError, NewerFormatError
from tensorboard_plugin_hidden.format.constants import ASSETS_DIR, PLUGIN_NAME, RUN_TAG
from tensorboard_plugin_hidden.format.schema import (
    FrameRecord,
    ProbeRecord,
    Record,
    SelectedRecord,
    Version,
    read_record,
)

_READ_AHEAD = 1000
"""Inline payloads that are read with the one that is asked for. The data server takes some 40 ms to answer whatever it
is asked, and the inline payloads of a run are 8 MiB at most (``INLINE_BUDGET``)."""

_TRIES, _PAUSE_SECONDS = 20, 0.02
"""How often, and how long apart, a question is put again that TensorBoard stumbled over, see ``_patiently``."""

_SCALARS = "scalars"
"""TensorBoard's plugin of ordinary scalars."""

_POINTS = 1000
"""Points of a scalar that are drawn: what TensorBoard keeps of one."""

_RUNS_IN_MEMORY = 4
"""Runs whose inline payloads are kept."""


@dataclass(slots=True)
class RunRecords:
    """The records of one run and of the projections made of it afterwards.

    Attributes:
        records: All that could be read.
        wall_times: Seconds since the epoch, by version.
        refused: Why some could not be read; empty when all could.
    """

    records: list[Record] = field(default_factory=list)
    wall_times: dict[Version, float] = field(default_factory=dict)
    refused: str = ""


class Provider:
    """Records through TensorBoard's data provider, parsed once.

    Args:
        data_provider: From the TBContext; works the same for both loaders and for remote providers.
    """

    def __init__(self, data_provider: Any) -> None:
        self._provider = data_provider
        self._lock = threading.Lock()
        self._parsed: dict[tuple[str, str], Record] = {}
        self._inline: OrderedDict[tuple[str, str], dict[str, bytes]] = OrderedDict()
        self._runs: dict[tuple[str, str], tuple[frozenset[tuple[str, str]], RunRecords]] = {}

    def runs(self, context: Any, experiment: str) -> dict[str, float]:
        """The runs that hold hidden data, with the time in seconds at which the last writer opened them."""
        listed = self._list(context, experiment, tags=[RUN_TAG])
        return {run: tags[RUN_TAG].max_wall_time or 0.0 for run, tags in listed.items()}

    def records(self, context: Any, experiment: str, run: str) -> RunRecords:
        """Everything the run's metadata says; the same object as before when nothing was logged since."""
        listed = self._list(context, experiment, runs=[run, projection_run(run)])
        # A tag is written once, so the names alone tell whether anything is new.
        names = frozenset((source, tag) for source, tags in listed.items() for tag in tags)
        with self._lock:
            known = self._runs.get((experiment, run))
        if known is not None and known[0] == names:
            return known[1]
        result = self._parse(listed)
        with self._lock:
            self._runs[experiment, run] = (names, result)
        return result

    def scalar_tags(self, context: Any, experiment: str, run: str) -> list[str]:
        """Tags of the run's ordinary scalars, sorted, without the measures, which have views of their own."""
        listed = _patiently(
            lambda: self._provider.list_scalars(
                context, experiment_id=experiment, plugin_name=_SCALARS, run_tag_filter=RunTagFilter(runs=[run])
            )
        )
        return sorted(tag for tag in listed.get(run, {}) if not tag.startswith(f"{PLUGIN_NAME}/"))

    def scalar(self, context: Any, experiment: str, run: str, tag: str) -> list[tuple[float, int, float]] | None:
        """An ordinary scalar: wall time in seconds, step and value of each point; None when there is no such tag."""
        read = _patiently(
            lambda: self._provider.read_scalars(
                context,
                experiment_id=experiment,
                plugin_name=_SCALARS,
                downsample=_POINTS,
                run_tag_filter=RunTagFilter(runs=[run], tags=[tag]),
            )
        )
        points = read.get(run, {}).get(tag)
        return None if points is None else [(point.wall_time, point.step, point.value) for point in points]

    def _parse(self, listed: dict[str, dict[str, Any]]) -> RunRecords:
        result = RunRecords()
        for source, tags in listed.items():
            for tag, series in tags.items():
                if tag == RUN_TAG:
                    continue
                try:
                    record = self._record(source, tag, series.plugin_content)
                    result.records.append(record)
                    result.wall_times[record.version] = series.max_wall_time or 0.0
                except NewerFormatError as error:
                    result.refused = str(error)
                except HiddenError as error:
                    result.refused = result.refused or f"Some records of this run could not be read. {error}"
        return result

    def payload(self, context: Any, experiment: str, run: str, tag: str) -> tuple[Record, bytes] | None:
        """One record and its inline bytes; None when there is no such tag.

        Raises:
            HiddenError: The record cannot be read.
        """
        for source in (run, projection_run(run)):
            with self._lock:
                record = self._parsed.get((source, tag))
            if record is None:
                series = self._list(context, experiment, runs=[source], tags=[tag]).get(source, {}).get(tag)
                if series is None:
                    continue
                record = self._record(source, tag, series.plugin_content)
            data = self._inline_bytes(context, experiment, source, tag) if record.payload.inline else b""
            return None if data is None else (record, data)
        return None

    def _inline_bytes(self, context: Any, experiment: str, source: str, tag: str) -> bytes | None:
        with self._lock:
            known = self._inline.setdefault((experiment, source), {})
            self._inline.move_to_end((experiment, source))
            if len(self._inline) > _RUNS_IN_MEMORY:
                self._inline.popitem(last=False)
            if tag in known:
                return known[tag]
            wanted = [
                t for (s, t), record in self._parsed.items() if s == source and _carries(record) and t not in known
            ]
        known |= self._read(context, experiment, source, {tag, *wanted[-_READ_AHEAD:]})
        return known.get(tag)

    def inline(self, context: Any, experiment: str, run: str, records: Sequence[Record]) -> dict[str, bytes]:
        """The inline bytes of many records of a run, by tag; those that have not arrived yet are missing."""
        found: dict[str, bytes] = {}
        tags = [record.tag for record in records]
        for start in range(0, len(tags), _READ_AHEAD):
            found |= self._read(context, experiment, run, set(tags[start : start + _READ_AHEAD]))
        return found

    def _read(self, context: Any, experiment: str, source: str, tags: set[str]) -> dict[str, bytes]:
        data: dict[str, dict[str, Any]] = _patiently(
            lambda: self._provider.read_tensors(
                context,
                experiment_id=experiment,
                plugin_name=PLUGIN_NAME,
                downsample=1,
                run_tag_filter=RunTagFilter(runs=[source], tags=sorted(tags)),
            )
        )
        return {tag: values[0].numpy.item() for tag, values in data.get(source, {}).items() if values}

    def _list(
        self, context: Any, experiment: str, *, runs: list[str] | None = None, tags: list[str] | None = None
    ) -> dict[str, dict[str, Any]]:
        return _patiently(
            lambda: self._provider.list_tensors(
                context,
                experiment_id=experiment,
                plugin_name=PLUGIN_NAME,
                run_tag_filter=RunTagFilter(runs=runs, tags=tags),
            )
        )

    def _record(self, run: str, tag: str, content: bytes) -> Record:
        # A tag is written once, so what it says never changes.
        with self._lock:
            record = self._parsed.get((run, tag))
        if record is None:
            record = read_record(tag, content)
            with self._lock:
                self._parsed[run, tag] = record
        return record


def _patiently(ask: Callable[[], dict[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Asks the data provider until it answers.

    The Python loader makes a tag known a moment before its value is there, and answers whoever asks in between with a
    KeyError.
    """
    for _ in range(_TRIES - 1):
        try:
            return ask()
        except KeyError:
            time.sleep(_PAUSE_SECONDS)
    return ask()


def _carries(record: Record) -> bool:
    return record.payload.inline and isinstance(record.body, FrameRecord | ProbeRecord | SelectedRecord)


def newest_version(by_step: Mapping[int, Record]) -> Version:
    """Names what was logged of a layer so far: the version of the record that was written last."""
    return max(record.version for record in by_step.values())


def projection_run(run: str) -> str:
    """The run that TensorBoard makes of what ``hidden project`` writes beside ``run``.

    >>> projection_run("."), projection_run("a/b"), projection_run("group/.")
    ('plugins/hidden', 'a/b/plugins/hidden', 'group/plugins/hidden')
    """
    parent = "" if run == "." else run.removesuffix("/.") + "/"
    return parent + ASSETS_DIR
