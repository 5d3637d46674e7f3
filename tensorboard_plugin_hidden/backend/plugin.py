"""The plugin: its routes, each a question to one of the modules beside it."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
from tensorboard.plugins import base_plugin
from werkzeug import Request, Response

import tensorboard_plugin_hidden
from tensorboard_plugin_hidden.backend import queries
from tensorboard_plugin_hidden.backend.health_routes import HealthRoutes
from tensorboard_plugin_hidden.backend.index import run_index
from tensorboard_plugin_hidden.backend.label_quality import LabelQualities
from tensorboard_plugin_hidden.backend.logdir import LogDirectories
from tensorboard_plugin_hidden.backend.records import Provider, RunRecords
from tensorboard_plugin_hidden.backend.responses import (
    ClientError,
    answers,
    answers_posts,
    file_answer,
    json_answer,
    packed_answer,
    packed_json,
    static_answer,
    versioned_bytes,
    versioned_json,
)
from tensorboard_plugin_hidden.backend.snapshots import MOST_ROWS, SnapshotCache
from tensorboard_plugin_hidden.backend.table import table_file
from tensorboard_plugin_hidden.backend.training_routes import TrainingRoutes
from tensorboard_plugin_hidden.errors import MissingDataError
from tensorboard_plugin_hidden.format.arrays import damaged, inline_arrays, read_snapshot
from tensorboard_plugin_hidden.format.codec import Arrays, pack
from tensorboard_plugin_hidden.format.constants import FORMAT_VERSION, PLUGIN_NAME
from tensorboard_plugin_hidden.format.frame_codec import LANDSCAPE, LANDSCAPE_ENTROPY
from tensorboard_plugin_hidden.format.history import current, so_far
from tensorboard_plugin_hidden.format.outcomes import encode_outcomes
from tensorboard_plugin_hidden.format.schema import (
    FrameRecord,
    ProbeRecord,
    Record,
    SelectedRecord,
    SnapshotRecord,
    Version,
    record_tag,
)
from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray
from tensorboard_plugin_hidden.geometry.details import SnapshotDetails
from tensorboard_plugin_hidden.geometry.outcomes import outcomes
from tensorboard_plugin_hidden.training_log.label_quality import label_margins

if TYPE_CHECKING:
    from tensorboard_plugin_hidden.format.store import StoreReader

_ENTRY = "index.js"


class HiddenPlugin(base_plugin.TBPlugin):  # type: ignore[misc]
    """Serves the front end and the routes of ``docs/http_api.md``. All of them only read.

    Args:
        context: From TensorBoard.
    """

    plugin_name = PLUGIN_NAME

    def __init__(self, context: base_plugin.TBContext) -> None:
        self._provider = Provider(context.data_provider)
        self._logdir = LogDirectories.from_context(context)
        self._stores: dict[str, StoreReader] = {}
        self._snapshots = SnapshotCache()
        self._qualities = LabelQualities()
        self._indices: dict[str, tuple[RunRecords, bytes]] = {}
        self._training = TrainingRoutes(self._provider, self._store)
        self._health = HealthRoutes(self._provider, self._store)

    def get_plugin_apps(self) -> Mapping[str, Any]:
        """The routes, as TensorBoard wants them."""
        return {
            "/runs": self._serve_runs,
            "/index": self._serve_index,
            "/frame": self._serve_frame,
            "/landscape": self._serve_landscape,
            "/samples": self._serve_samples,
            "/thumbnails": self._serve_thumbnails,
            "/image": self._serve_image,
            "/selected": self._serve_selected,
            "/outcomes": self._serve_outcomes,
            "/label_quality": self._serve_label_quality,
            "/table": self._serve_table,
            "/details": self._serve_details,
            **self._training.apps(),
            **self._health.apps(),
            "/static/*": self._serve_static,
        }

    def is_active(self) -> bool:
        """Whether there is something to show; TensorBoard asks only when no run has data of this plugin."""
        return False

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        """The tab's name and the module it loads."""
        return base_plugin.FrontendMetadata(es_module_path=f"/static/{_ENTRY}", tab_name="Hidden", disable_reload=True)

    @answers
    def _serve_runs(self, request: Request) -> Response:
        runs = self._provider.runs(*queries.where(request))
        newest_first = sorted(runs.items(), key=lambda item: (-item[1], item[0]))
        return json_answer(
            request,
            {
                "format": FORMAT_VERSION,
                "version": tensorboard_plugin_hidden.__version__,
                "logdir": self._logdir.describe(),
                "runs": [{"name": name, "started": started} for name, started in newest_first],
            },
        )

    @answers
    def _serve_index(self, request: Request) -> Response:
        run = queries.argument(request, "run")
        found = queries.records(request, self._provider)
        known = self._indices.get(run)
        if known is None or known[0] is not found:
            index = run_index(run, current(found.records), found.wall_times)
            known = self._indices[run] = (found, packed_json(index | {"refused": found.refused}))
        return packed_answer(request, known[1])

    @answers
    def _serve_frame(self, request: Request) -> Response:
        _, arrays = self._frame(request)
        points = {name: array for name, array in arrays.items() if name not in (LANDSCAPE, LANDSCAPE_ENTROPY)}
        return versioned_bytes(request, pack(points), "application/octet-stream")

    @answers
    def _serve_landscape(self, request: Request) -> Response:
        record, arrays = self._frame(request)
        if LANDSCAPE not in arrays or not isinstance(record.body, FrameRecord):
            raise ClientError(404, "This frame has no landscape, because its layer has no way to the logits.")
        cells = {name: arrays[name] for name in (LANDSCAPE, LANDSCAPE_ENTROPY) if name in arrays}
        body = pack(cells, {"bounds": record.body.landscape_bounds})
        return versioned_bytes(request, body, "application/octet-stream", deflates=True)

    @answers
    def _serve_samples(self, request: Request) -> Response:
        _, arrays = self._probe(request)
        # Joined as text, since to parse 100,000 samples takes half a second.
        samples = arrays["samples"].tobytes()
        labels = json.dumps(arrays["labels"].tolist(), separators=(",", ":")).encode()
        # Logs from before there were columns lack them. Within a string the quotation marks would be escaped.
        columns = b"" if b'"columns":' in samples else b'"columns":[],'
        return versioned_json(request, b"{" + columns + b'"labels":' + labels + b"," + samples.lstrip()[1:])

    @answers
    def _serve_thumbnails(self, request: Request) -> Response:
        _, arrays = self._probe(request)
        if "sprite" not in arrays:
            raise ClientError(404, "The probe of this run has no images.")
        return versioned_bytes(request, arrays["sprite"].tobytes(), "image/png")

    @answers
    def _serve_image(self, request: Request) -> Response:
        record, _ = self._record(request, record_tag(ProbeRecord.KIND, queries.version(request)))
        probe = record.body
        if not isinstance(probe, ProbeRecord) or probe.images is None:
            raise ClientError(404, "The probe of this run has no pictures at full size; GET thumbnails has small ones.")
        (row,) = queries.rows(queries.argument(request, "row"), probe.count, most=1)
        from tensorboard_plugin_hidden.format.pictures import read_picture

        picture = read_picture(self._store(queries.argument(request, "run")), probe.images, row)
        return versioned_bytes(request, picture, "image/png")

    @answers
    def _serve_selected(self, request: Request) -> Response:
        tag = record_tag(SelectedRecord.KIND, queries.version(request), step=queries.step(request))
        _, arrays = self._payload(request, tag)
        return versioned_bytes(request, pack({"rows": arrays["rows"]}), "application/octet-stream")

    @answers
    def _serve_outcomes(self, request: Request) -> Response:
        record, snapshot = self._snapshot(request)
        logits = self._logits(request, record)
        if logits is None:
            raise ClientError(404, "This snapshot has no logits, so there is nothing that the model predicted.")
        body = pack(encode_outcomes(outcomes(logits, self._labels(request, snapshot))))
        return versioned_bytes(request, body, "application/octet-stream")

    @answers
    def _serve_label_quality(self, request: Request) -> Response:
        record, snapshot = self._snapshot(request)
        labels = self._labels(request, snapshot)
        if labels is None or (labels < 0).all():
            raise ClientError(404, "The samples of this run have no labels that could be judged.")
        if self._logits(request, record) is None:
            raise ClientError(404, "This snapshot has no logits, so that the labels cannot be judged.")
        counted = current(queries.records(request, self._provider).records).snapshots.get(snapshot.layer, {})
        if counted.get(record.step) != record:
            raise ClientError(404, "This snapshot does not count any more; reload the index to see those that do.")

        def margins(earlier: Record) -> FloatArray:
            logits = self._logits(request, earlier)
            if logits is None or len(logits) != len(labels):
                return np.full(len(labels), np.nan, np.float32)
            return label_margins(logits, labels)

        before = so_far(counted, record.step)
        run = queries.argument(request, "run")
        quality = self._qualities.get(run, snapshot.layer, before, len(labels), margins)
        return versioned_bytes(request, pack({"label_quality": quality}), "application/octet-stream")

    @answers_posts
    def _serve_table(self, request: Request) -> Response:
        run = queries.argument(request, "run")
        body, mimetype = table_file(
            run,
            queries.argument(request, "layer"),
            queries.argument(request, "method"),
            queries.argument(request, "format"),
            current(queries.records(request, self._provider).records),
            lambda record: self._payload(request, record.tag)[1],
            lambda record, names: read_snapshot(record, self._store(run), names),
            request,
        )
        return file_answer(request, body, mimetype)

    @answers
    def _serve_details(self, request: Request) -> Response:
        record, snapshot = self._snapshot(request)
        rows = queries.rows(queries.argument(request, "rows"), snapshot.count, most=MOST_ROWS)
        run = queries.argument(request, "run")
        details = self._snapshots.get(
            run,
            record.version,
            lambda: SnapshotDetails(read_snapshot(record, self._store(run), ["activations", "logits"])),
        )
        return versioned_json(request, json.dumps(details.answer(rows), separators=(",", ":")).encode())

    @answers
    def _serve_static(self, request: Request) -> Response:
        name = request.path.rpartition("/")[2]
        mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return static_answer(request, _static_file(name), mimetype, hashed=name != _ENTRY)

    def _frame(self, request: Request) -> tuple[Record, Arrays]:
        step = queries.step(request)
        return self._payload(
            request, record_tag(FrameRecord.KIND, queries.version(request), queries.argument(request, "layer"), step)
        )

    def _snapshot(self, request: Request) -> tuple[Record, SnapshotRecord]:
        step = queries.step(request)
        tag = record_tag(SnapshotRecord.KIND, queries.version(request), queries.argument(request, "layer"), step)
        record, _ = self._record(request, tag)
        assert isinstance(record.body, SnapshotRecord)
        return record, record.body

    def _logits(self, request: Request, record: Record) -> FloatArray | None:
        return read_snapshot(record, self._store(queries.argument(request, "run")), ["logits"]).get("logits")

    def _labels(self, request: Request, snapshot: SnapshotRecord) -> IntArray | None:
        if not snapshot.probe:
            return None
        _, probe = self._payload(request, record_tag(ProbeRecord.KIND, Version.parse(snapshot.probe)))
        labels: IntArray = probe["labels"]
        if len(labels) != snapshot.count:
            raise damaged(f"labels of {snapshot.count} samples", str(len(labels)))
        return labels

    def _probe(self, request: Request) -> tuple[Record, Arrays]:
        return self._payload(request, record_tag(ProbeRecord.KIND, queries.version(request)))

    def _record(self, request: Request, tag: str) -> tuple[Record, bytes]:
        run = queries.argument(request, "run")
        found = self._provider.payload(*queries.where(request), run, tag)
        if found is None:
            raise ClientError(404, f"Run {run!r} has no such data ({tag}); reload the index to see what there is.")
        return found

    def _payload(self, request: Request, tag: str) -> tuple[Record, Arrays]:
        record, data = self._record(request, tag)
        if record.payload.inline:
            return record, inline_arrays(record, data)
        # Zarr costs memory that a TensorBoard which never reads a store need not pay.
        from tensorboard_plugin_hidden.format.payload import resolve

        return record, resolve(record, data, self._store(queries.argument(request, "run")))

    def _store(self, run: str) -> StoreReader:
        if run not in self._stores:
            directory = self._logdir.run_directory(run)
            if directory is None:
                raise MissingDataError(
                    "the run's directory is not known to this TensorBoard",
                    expected=f"a directory of run {run!r} below {self._logdir.describe()}",
                    got="none",
                    fix="Start TensorBoard with --logdir.",
                )
            from tensorboard_plugin_hidden.format.store import StoreReader

            self._stores[run] = StoreReader(directory)
        return self._stores[run]


def _static_file(name: str) -> bytes:
    """A file of the bundle, found among the names there are: nothing a client sends is ever used as a path."""
    static = resources.files("tensorboard_plugin_hidden") / "static"
    try:
        return next(file for file in static.iterdir() if file.name == name).read_bytes()
    except (StopIteration, OSError) as error:
        raise ClientError(404, f"There is no file {name!r} in this plugin's front end; reinstall it.") from error
