"""What TensorBoard's data provider knows of a run, as records. The only file that calls the provider."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from tensorboard.data.provider import RunTagFilter

from tensorboard_plugin_hidden.errors import HiddenError, NewerFormatError
from tensorboard_plugin_hidden.format.constants import ASSETS_DIR, PLUGIN_NAME, RUN_TAG
from tensorboard_plugin_hidden.format.schema import Record, from_json


@dataclass(slots=True)
class RunRecords:
    """The records of one run and of the projections made of it afterwards.

    Attributes:
        records: All that could be read.
        wall_times: Seconds since the epoch, by tag.
        refused: Why some could not be read; empty when all could.
    """

    records: list[Record] = field(default_factory=list)
    wall_times: dict[str, float] = field(default_factory=dict)
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

    def runs(self, context: Any, experiment: str) -> dict[str, float]:
        """The runs that hold hidden data, with the time in seconds at which the last writer opened them."""
        listed = self._list(context, experiment, tags=[RUN_TAG])
        return {run: tags[RUN_TAG].max_wall_time or 0.0 for run, tags in listed.items()}

    def records(self, context: Any, experiment: str, run: str) -> RunRecords:
        """Everything the run's metadata says."""
        result = RunRecords()
        for source, tags in self._list(context, experiment, runs=[run, projection_run(run)]).items():
            for tag, series in tags.items():
                if tag == RUN_TAG:
                    continue
                try:
                    result.records.append(self._record(source, tag, series.plugin_content))
                    result.wall_times[tag] = series.max_wall_time or 0.0
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
        sources = [run, projection_run(run)]
        listed = self._list(context, experiment, runs=sources, tags=[tag])
        for source in sources:
            series = listed.get(source, {}).get(tag)
            if series is None:
                continue
            record = self._record(source, tag, series.plugin_content)
            if not record.payload.inline:
                return record, b""
            data = self._provider.read_tensors(
                context,
                experiment_id=experiment,
                plugin_name=PLUGIN_NAME,
                downsample=1,
                run_tag_filter=RunTagFilter(runs=[source], tags=[tag]),
            )
            values = data.get(source, {}).get(tag)
            return (record, values[0].numpy.item()) if values else None
        return None

    def _list(
        self, context: Any, experiment: str, *, runs: list[str] | None = None, tags: list[str] | None = None
    ) -> dict[str, dict[str, Any]]:
        listed: dict[str, dict[str, Any]] = self._provider.list_tensors(
            context,
            experiment_id=experiment,
            plugin_name=PLUGIN_NAME,
            run_tag_filter=RunTagFilter(runs=runs, tags=tags),
        )
        return listed

    def _record(self, run: str, tag: str, content: bytes) -> Record:
        # A tag is written once, so what it says never changes.
        with self._lock:
            record = self._parsed.get((run, tag))
        if record is None:
            record = from_json(content)
            with self._lock:
                self._parsed[run, tag] = record
        return record


def projection_run(run: str) -> str:
    """The run that TensorBoard makes of what ``hidden project`` writes beside ``run``.

    >>> projection_run("."), projection_run("a/b"), projection_run("group/.")
    ('plugins/hidden', 'a/b/plugins/hidden', 'group/plugins/hidden')
    """
    parent = "" if run == "." else run.removesuffix("/.") + "/"
    return parent + ASSETS_DIR
