"""The routes of what was measured of a run's layers, classes and tasks."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from werkzeug import Request, Response

from tensorboard_plugin_hidden.backend import queries
from tensorboard_plugin_hidden.backend.records import Provider, RunRecords, newest_version
from tensorboard_plugin_hidden.backend.responses import ClientError, answers, log_answer, versioned_bytes
from tensorboard_plugin_hidden.format.alerts import HealthRecord, TaskRecord
from tensorboard_plugin_hidden.format.arrays import inline_arrays
from tensorboard_plugin_hidden.format.codec import Arrays, pack
from tensorboard_plugin_hidden.format.health import CLASS, GAP, HealthLog, read_health
from tensorboard_plugin_hidden.format.history import History, current
from tensorboard_plugin_hidden.format.schema import Record, Version

if TYPE_CHECKING:
    from tensorboard_plugin_hidden.format.store import StoreReader

_RUNS = 4
"""Runs whose history is kept."""

_KEPT_BYTES = 64 * 2**20
"""Arrays that are kept, since a live run is asked about anew at every snapshot."""

_MOST_NUMBERS = 2**22
"""Numbers of classes in one answer, 16 MiB: of more classes and steps the newest steps are told."""

_MOST_GAPS = 500
"""Steps of which the gaps between classes are told, the newest."""


class HealthRoutes:
    """Serves what the logger measured.

    Args:
        provider: Of the records.
        store: Gives the store of a run.
    """

    def __init__(self, provider: Provider, store: Callable[[str], StoreReader]) -> None:
        self._provider = provider
        self._store = store
        self._lock = threading.Lock()
        self._histories: OrderedDict[tuple[str, str], tuple[RunRecords, History]] = OrderedDict()
        self._arrays: OrderedDict[tuple[str, str, Version], Arrays] = OrderedDict()
        self._bytes = 0

    def apps(self) -> Mapping[str, Any]:
        """The routes, as TensorBoard wants them."""
        return {
            "/health": self._serve_health,
            "/health_classes": self._serve_classes,
            "/task": self._serve_task,
        }

    @answers
    def _serve_health(self, request: Request) -> Response:
        records, newest = self._records(request)
        tasked = any(isinstance(record.body, HealthRecord) and record.body.tasks for record in records)
        payloads, complete = self._payloads(request, records) if tasked else (None, True)
        log = read_health(records, payloads)
        steps = len(log.steps)
        arrays = {"steps": _steps(log), "values": _stacked(log.measures, (steps,)), "rates": log.rates}
        if log.tasks:
            arrays["task_values"] = _stacked(log.task_measures, (steps, len(log.tasks)))
        meta = {
            "measures": list(log.measures),
            "task_measures": list(log.task_measures) if log.tasks else [],
            "tasks": list(log.tasks),
        }
        return log_answer(request, pack(arrays, meta), "application/octet-stream", fixed=newest and complete)

    @answers
    def _serve_classes(self, request: Request) -> Response:
        records, newest = self._records(request)
        (last,), complete = self._payloads(request, records[-1:])
        numbers = sum(array.size for name, array in last.items() if name == GAP or name.startswith(CLASS))
        records = records[-max(1, _MOST_NUMBERS // max(1, numbers)) :]
        payloads, all_there = self._payloads(request, records)
        # Of long runs the gaps would be most of the answer, and are drawn of one step at a time.
        early = [{name: array for name, array in one.items() if name != GAP} for one in payloads[:-_MOST_GAPS]]
        log = read_health(records, early + payloads[-_MOST_GAPS:])
        classes = next((values.shape[1] for values in log.classes.values()), 0)
        names = [name for name, values in log.classes.items() if values.shape[1] == classes]
        arrays = {
            "steps": _steps(log),
            "values": _stacked({name: log.classes[name] for name in names}, (len(log.steps), classes)),
        }
        if log.gaps is not None and log.gaps.shape[1:] == (classes, classes):
            arrays["gaps"] = log.gaps[-_MOST_GAPS:]
        fixed = newest and complete and all_there
        return log_answer(request, pack(arrays, {"measures": names}), "application/octet-stream", fixed=fixed)

    @answers
    def _serve_task(self, request: Request) -> Response:
        version = queries.version(request)
        for record in queries.records(request, self._provider).records:
            if record.version == version and isinstance(record.body, TaskRecord):
                (arrays,), complete = self._payloads(request, [record])
                if not complete:
                    break
                body = pack({"rows": arrays.get("rows", np.empty(0, np.int32))})
                return versioned_bytes(request, body, "application/octet-stream")
        raise ClientError(404, f"There is no task {version}; reload the index to see what there is.")

    def _records(self, request: Request) -> tuple[list[Record], bool]:
        """A layer's health, by step, and whether the newest of it is what was asked for."""
        run, layer = queries.argument(request, "run"), queries.argument(request, "layer")
        version = queries.version(request)
        by_step = self._history(request).health.get(layer, {})
        if not by_step:
            raise ClientError(404, f"Run {run!r} has no measures of layer {layer[:200]!r}; the index says what it has.")
        return [*by_step.values()], version == newest_version(by_step)

    def _history(self, request: Request) -> History:
        found = queries.records(request, self._provider)
        key = (queries.where(request)[1], queries.argument(request, "run"))
        with self._lock:
            known = self._histories.get(key)
            if known is None or known[0] is not found:
                known = self._histories[key] = (found, current(found.records))
            self._histories.move_to_end(key)
            if len(self._histories) > _RUNS:
                self._histories.popitem(last=False)
        return known[1]

    def _payloads(self, request: Request, records: Sequence[Record]) -> tuple[list[Arrays], bool]:
        """The arrays of records of a run, and whether all have arrived by now."""
        where, run = queries.where(request), queries.argument(request, "run")
        known: dict[Version, Arrays] = {}
        with self._lock:
            for record in records:
                key = (where[1], run, record.version)
                if key in self._arrays:
                    known[record.version] = self._arrays[key]
                    self._arrays.move_to_end(key)
        wanted = [record for record in records if record.version not in known]
        events = self._provider.inline(*where, run, [record for record in wanted if record.payload.inline])
        complete = True
        for record in wanted:
            data = events.get(record.tag)
            if record.payload.inline and data is None:
                complete = False
                continue
            known[record.version] = arrays = self._unpacked(run, record, data or b"")
            self._keep((where[1], run, record.version), arrays)
        return [known.get(record.version, {}) for record in records], complete

    def _unpacked(self, run: str, record: Record, data: bytes) -> Arrays:
        if record.payload.inline:
            # A record that says all in numbers has no arrays.
            return inline_arrays(record, data) if data else {}
        # Zarr costs memory that a TensorBoard which never reads a store need not pay.
        from tensorboard_plugin_hidden.format.payload import resolve

        return resolve(record, data, self._store(run))

    def _keep(self, key: tuple[str, str, Version], arrays: Arrays) -> None:
        with self._lock:
            if key in self._arrays:
                return
            self._arrays[key] = arrays
            self._bytes += _size(arrays)
            while self._bytes > _KEPT_BYTES:
                _, dropped = self._arrays.popitem(last=False)
                self._bytes -= _size(dropped)


def _steps(log: HealthLog) -> npt.NDArray[np.int32]:
    if len(log.steps) and int(log.steps.max()) >= 2**31:
        raise ClientError(422, f"Steps beyond {2**31 - 1} cannot be charted here; count epochs or batches instead.")
    return log.steps.astype(np.int32)


def _stacked(columns: Mapping[str, npt.NDArray[Any]], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Columns of one shape as one array float32 [columns, ...]."""
    return np.stack([*columns.values()]) if columns else np.empty((0, *shape), np.float32)


def _size(arrays: Arrays) -> int:
    """Bytes that arrays take; those of a record without any count, too, or there were no end of them."""
    return 256 + sum(array.nbytes for array in arrays.values())
