"""The routes of the training log: what is asked, checked, and where the answer is made."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response

from tensorboard_plugin_hidden.backend import queries
from tensorboard_plugin_hidden.backend.memory import release
from tensorboard_plugin_hidden.backend.records import Provider
from tensorboard_plugin_hidden.backend.responses import ClientError, answers, json_answer, log_answer
from tensorboard_plugin_hidden.format.arrays import inline_arrays
from tensorboard_plugin_hidden.format.codec import Arrays, pack
from tensorboard_plugin_hidden.format.schema import ProbeRecord, Record

if TYPE_CHECKING:
    from tensorboard_plugin_hidden.backend.training_state import RunLog
    from tensorboard_plugin_hidden.format.answers import AnswerLog, Samples
    from tensorboard_plugin_hidden.format.store import StoreReader

Json = dict[str, Any]

_MOST_WIDTH = 8192
"""Pixels: the widest screens."""

_MOST_NUMBERS = 2**23
"""Numbers in one answer, 32 MB: a client that draws asks for a thousandth of them."""

_MOST_PINS = 32
_MOST_CLUSTERS = 32
_MOST = 10**9

_ARRAYS = ("weights", "gradients", "update", "learning_rates", "bands")


class TrainingRoutes:
    """Serves what was logged while a run trained.

    Args:
        provider: Of the records.
        store: Gives the store of a run.
    """

    def __init__(self, provider: Provider, store: Callable[[str], StoreReader]) -> None:
        self._provider = provider
        self._store = store
        self._logs: Any = None

    def apps(self) -> Mapping[str, Any]:
        """The routes, as TensorBoard wants them."""
        return {
            "/training": self._serve_training,
            "/series": self._serve_series,
            "/filters": self._serve_filters,
            "/top": self._serve_top,
            "/findings": self._serve_findings,
            "/answers": self._serve_answers,
            "/flips": self._serve_flips,
            "/history": self._serve_history,
            "/matrix": self._serve_matrix,
            "/scalar": self._serve_scalar,
        }

    @answers
    def _serve_training(self, request: Request) -> Response:
        from tensorboard_plugin_hidden.backend.training_series import answers_index, parameters_index

        run = queries.argument(request, "run")
        tags = self._provider.scalar_tags(*queries.where(request), run)
        log = self._current(request, run, exists=bool(tags))
        clocks = [log.clock(place) for place in range(len(log.stretches))]
        return json_answer(
            request,
            {
                "run": run,
                "v": log.version,
                "parameters": parameters_index(log.stretches, clocks),
                "answers": [answers_index(one) for one in log.answers.values()],
                "scalars": tags,
            },
        )

    @answers
    def _serve_series(self, request: Request) -> Response:
        from tensorboard_plugin_hidden.backend.training_series import bucket_edges, series_values
        from tensorboard_plugin_hidden.format.parameter_series import level_for, read_buckets

        log, fixed = self._log(request)
        place = queries.place(request, "stretch", len(log.stretches))
        stretch = log.stretches[place]
        array = queries.argument(request, "array")
        if array not in _ARRAYS:
            raise ClientError(404, f"There is no array {array[:40]!r}; there are {', '.join(_ARRAYS)}.")
        statistics = _statistics(request, stretch.layout["statistics"]) if array in ("weights", "gradients") else None
        places = _places(request, array, stretch.layout)
        start, stop = _span(request, stretch.rows)
        level = level_for(stop - start, _width(request))
        columns = 4 if array == "bands" else len(statistics or [0])
        part = slice(min(places), max(places) + 1)
        # What is read is all from the first to the last; a place may be asked for twice.
        _require_small((((stop - start) >> 2 * level) + 2) * 3 * columns * max(part.stop - part.start, len(places)))
        buckets = read_buckets(log.store, stretch, array, start, stop, level, part, statistics)
        values = series_values(buckets, [one - part.start for one in places])
        return _packed(request, bucket_edges(buckets.edges, log.clock(place)) | {"values": values}, fixed=fixed)

    @answers
    def _serve_filters(self, request: Request) -> Response:
        from tensorboard_plugin_hidden.backend.training_series import bucket_edges, filter_offsets
        from tensorboard_plugin_hidden.format.parameter_levels import FILTER_CHANGE
        from tensorboard_plugin_hidden.format.parameter_series import level_for, read_buckets

        log, fixed = self._log(request)
        place = queries.place(request, "stretch", len(log.stretches))
        stretch = log.stretches[place]
        layer = queries.place(request, "layer", len(stretch.layout["layers"]))
        first, last = filter_offsets(stretch)[layer : layer + 2].tolist()
        if first == last:
            name = stretch.layout["layers"][layer]["name"]
            raise ClientError(404, f"Layer {layer}, {name!r}, has no filters, since it has fewer than two axes.")
        start, stop = _span(request, stretch.rows)
        level = level_for(stop - start, _width(request))
        _require_small((((stop - start) >> 2 * level) + 2) * (last - first))
        buckets = read_buckets(log.store, stretch, FILTER_CHANGE, start, stop, level, slice(first, last))
        return _packed(request, bucket_edges(buckets.edges, log.clock(place)) | {"codes": buckets.values}, fixed=fixed)

    @answers
    def _serve_top(self, request: Request) -> Response:
        log, fixed = self._log(request)
        place = queries.place(request, "stretch", len(log.stretches))
        rows = queries.rows(queries.argument(request, "rows"), log.stretches[place].rows, most=_MOST_PINS)
        pins = list(dict.fromkeys(rows))
        count = queries.number(request, "count", 1, 64, 10)
        return _json(request, _top(log, place, pins, count), fixed=fixed)

    @answers
    def _serve_findings(self, request: Request) -> Response:
        log, fixed = self._log(request)
        place = queries.place(request, "stretch", len(log.stretches))
        text = log.once(("findings", place), lambda: _text({"findings": _findings(log, place)}))
        return log_answer(request, text, "application/json", fixed=fixed)

    @answers
    def _serve_answers(self, request: Request) -> Response:
        from tensorboard_plugin_hidden.backend.training_answers import class_count, class_groups, error_history

        log, fixed = self._log(request)
        one = _set(request, log)
        clusters = queries.number(request, "clusters", 1, _MOST_CLUSTERS, 4)

        def compute() -> bytes:
            arrays, error = error_history(log.runs(one.name), one.labels, class_count(one))
            groups, meta = class_groups(error, clusters)
            return pack(arrays | groups, meta)

        body = log.once(("answers", one.name, clusters), compute)
        return log_answer(request, body, "application/octet-stream", fixed=fixed)

    @answers
    def _serve_flips(self, request: Request) -> Response:
        from tensorboard_plugin_hidden.backend.training_answers import flip_columns

        log, fixed = self._log(request)
        one = _set(request, log)
        return _packed(request, flip_columns(log.runs(one.name), one.labels), fixed=fixed)

    @answers
    def _serve_history(self, request: Request) -> Response:
        from tensorboard_plugin_hidden.backend.training_answers import class_count, class_history

        log, fixed = self._log(request)
        one = _set(request, log)
        arrays, meta = class_history(one, queries.place(request, "class", class_count(one)))
        return _packed(request, arrays, meta, fixed=fixed)

    @answers
    def _serve_matrix(self, request: Request) -> Response:
        log, fixed = self._log(request)
        place = queries.place(request, "stretch", len(log.stretches))
        one = _set(request, log)
        k = queries.number(request, "k", 1, _MOST)
        threshold = queries.number(request, "threshold", 1, _MOST)
        count = queries.number(request, "count", 1, 64, 10)
        detailed = queries.number(request, "detail", 0, 1, 0) == 1
        key = ("matrix", place, one.name, k, threshold, count, detailed)
        text = log.once(key, lambda: _text(_matrix(log, place, one, k, threshold, count, detailed)))
        return log_answer(request, text, "application/json", fixed=fixed)

    @answers
    def _serve_scalar(self, request: Request) -> Response:
        from tensorboard_plugin_hidden.backend.training_series import on_clock

        run, tag = queries.argument(request, "run"), queries.argument(request, "tag")
        points = self._provider.scalar(*queries.where(request), run, tag)
        if points is None:
            raise ClientError(404, f"Run {run!r} has no scalar {tag[:200]!r}; GET training lists those there are.")
        log, _ = self._log(request, exists=True)
        # Scalars go on while the training log does not, so no version names what they are.
        return json_answer(request, on_clock(points, log.anchors()))

    def _log(self, request: Request, *, exists: bool = False) -> tuple[RunLog, bool]:
        """The log that is asked about, and whether it is of the version that was asked for."""
        run, version = queries.argument(request, "run"), queries.argument(request, "v")
        _, experiment = queries.where(request)
        kept: RunLog | None = self._kept().known(experiment, run, version)
        if kept is not None:
            return kept, True
        log = self._current(request, run, exists=exists)
        return log, log.version == version

    def _current(self, request: Request, run: str, *, exists: bool) -> RunLog:
        from tensorboard_plugin_hidden.backend.training_state import RunLog

        where = queries.where(request)
        found = self._provider.records(*where, run)
        if not found.records and not exists:
            if found.refused:
                raise ClientError(422, found.refused)
            raise ClientError(404, f"There is no run {run!r}; GET runs lists those there are.")
        log: RunLog = self._kept().current(
            where[1],
            run,
            found,
            lambda before: RunLog(found, self._store(run), lambda record: self._samples(where, run, record), before),
        )
        return log

    def _samples(self, where: tuple[Any, str], run: str, record: Record) -> Samples:
        from tensorboard_plugin_hidden.format.answers import probe_samples
        from tensorboard_plugin_hidden.format.payload import resolve

        payload = self._provider.payload(*where, run, record.tag)
        data = b"" if payload is None else payload[1]
        arrays = inline_arrays(record, data) if record.payload.inline else resolve(record, data, self._store(run))
        assert isinstance(record.body, ProbeRecord)
        return probe_samples(record.body, arrays)

    def _kept(self) -> Any:
        if self._logs is None:
            # Zarr costs memory that a TensorBoard without a training log need not pay.
            from tensorboard_plugin_hidden.backend.training_state import TrainingLogs

            self._logs = TrainingLogs()
        return self._logs


def _top(log: RunLog, place: int, pins: list[int], count: int) -> Json:
    import numpy as np

    from tensorboard_plugin_hidden.backend.training_filters import rare, top_filters
    from tensorboard_plugin_hidden.backend.training_series import filter_offsets
    from tensorboard_plugin_hidden.format.parameter_levels import FILTER_CHANGE
    from tensorboard_plugin_hidden.format.parameter_series import read_rows

    stretch, clock = log.stretches[place], log.clock(place)
    read = [read_rows(log.store, stretch, ["top", FILTER_CHANGE], pin, pin + 1) for pin in pins]
    codes = np.concatenate([one[FILTER_CHANGE] for one in read])
    named = np.concatenate([one["top"] for one in read])[:, :count]
    names = [layer["name"] for layer in stretch.layout["layers"]]
    found = rare(log.usual(place), codes, np.array(pins, np.int64))
    filters, floor = top_filters(named, codes, found, filter_offsets(stretch), names)
    return {
        "rows": pins,
        "steps": clock.steps[pins].tolist(),
        "times": clock.times[pins].tolist(),
        "filters": filters,
        "floor": floor,
    }


def _findings(log: RunLog, place: int) -> list[Json]:
    from tensorboard_plugin_hidden.backend.training_findings import BUCKETS, GRADIENTS, WEIGHTS, LayerSeries, findings
    from tensorboard_plugin_hidden.format.parameter_series import level_for, read_buckets

    stretch, clock = log.stretches[place], log.clock(place)
    layers = stretch.layout["layers"]
    level = level_for(stretch.rows, BUCKETS // 2)
    known = list(stretch.layout["statistics"])

    def read(array: str, statistics: tuple[str, ...] = ()) -> Any:
        columns = [known.index(name) for name in statistics] or None
        return read_buckets(log.store, stretch, array, 0, stretch.rows, level, slice(0, len(layers)), columns)

    weights = read("weights", WEIGHTS)
    series = LayerSeries(weights.edges, weights.values, read("gradients", GRADIENTS).values, read("update").values)
    return findings(series, layers, clock.steps, clock.times)


def _matrix(log: RunLog, place: int, one: AnswerLog, k: int, threshold: int, count: int, detailed: bool) -> Json:
    from tensorboard_plugin_hidden.backend.training_answers import class_count
    from tensorboard_plugin_hidden.backend.training_matrix import class_anomalies, marks, matrix
    from tensorboard_plugin_hidden.backend.training_series import filter_offsets
    from tensorboard_plugin_hidden.format.parameter_series import read_rows

    stretch = log.stretches[place]
    anomalies = class_anomalies(log.runs(one.name), one.labels, class_count(one), k, threshold)
    top = read_rows(log.store, stretch, ["top"], 0, stretch.rows)["top"][:, :count]
    members = marks(one.steps, log.clock(place).times, top)
    return matrix(anomalies, members, filter_offsets(stretch), detailed=detailed)


def _set(request: Request, log: RunLog) -> AnswerLog:
    name = queries.argument(request, "set")
    if name not in log.answers:
        there = ", ".join(log.answers) or "none"
        raise ClientError(404, f"This run has no answers of a set {name[:40]!r}; there are: {there}.")
    return log.answers[name]


def _statistics(request: Request, known: list[str]) -> list[int]:
    names = queries.argument(request, "statistics").split(",")
    for name in names:
        if name not in known:
            raise ClientError(404, f"There is no statistic {name[:40]!r}; there are {', '.join(known)}.")
    return [known.index(name) for name in names]


def _places(request: Request, array: str, layout: Mapping[str, Any]) -> list[int]:
    """Layers, then modules; of learning rates, parameter groups."""
    rates = array == "learning_rates"
    count = layout["learning_rates"] if rates else len(layout["layers"]) + len(layout["nodes"])
    parts = queries.argument(request, "places").split(",")
    for part in parts:
        if not queries.is_number(part) or int(part) >= count:
            what = "parameter groups" if rates else "layers and modules"
            raise ClientError(404, f"There is no place {part[:20]!r}; there are {count} {what}, counted from 0.")
    return [int(part) for part in parts]


def _span(request: Request, rows: int) -> tuple[int, int]:
    start = queries.number(request, "start", 0, rows, 0)
    stop = queries.number(request, "stop", 0, rows, rows)
    if start >= stop:
        raise ClientError(400, f"start must be below stop, and both within the {rows} rows, not {start} and {stop}.")
    return start, stop


def _width(request: Request) -> int:
    return queries.number(request, "width", 1, _MOST_WIDTH)


def _require_small(numbers: int) -> None:
    if numbers > _MOST_NUMBERS:
        raise ClientError(400, f"That takes {numbers:,} numbers; ask for fewer or nearer places, or a smaller width.")


def _packed(request: Request, arrays: Arrays, meta: Json | None = None, *, fixed: bool) -> Response:
    body = pack(arrays, meta)
    release()
    return log_answer(request, body, "application/octet-stream", fixed=fixed)


def _json(request: Request, content: Json, *, fixed: bool) -> Response:
    text = _text(content)
    release()
    return log_answer(request, text, "application/json", fixed=fixed)


def _text(content: Json) -> str:
    return json.dumps(content, separators=(",", ":"), allow_nan=False)
