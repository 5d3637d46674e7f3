"""The table of one layer, as a file that the browser saves: the bytes that ``hidden export`` would write."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping

from werkzeug import Request

from tensorboard_plugin_hidden.backend.responses import ClientError
from tensorboard_plugin_hidden.format.codec import Arrays
from tensorboard_plugin_hidden.format.history import History
from tensorboard_plugin_hidden.format.schema import Record
from tensorboard_plugin_hidden.tables.files import Write, write_csv, write_json, write_parquet
from tensorboard_plugin_hidden.tables.layer import layer_history, sample_count

MOST_ROWS = 1_000_000
"""Samples times steps in one table: a spreadsheet opens no more, and a server should not be busy with it for long."""

MOST_BYTES = 16_000_000
"""Of the list of rows that a request brings along."""

FILES: Mapping[str, tuple[Write, str]] = {
    "csv": (write_csv, "text/csv"),
    "json": (write_json, "application/json"),
    "parquet": (write_parquet, "application/vnd.apache.parquet"),
}
"""Writers and media types by the names of the formats."""


def table_file(
    run: str,
    layer: str,
    method: str,
    kind: str,
    records: History,
    arrays: Callable[[Record], Arrays],
    read: Callable[[Record, list[str]], Arrays],
    request: Request,
) -> tuple[bytes, str]:
    """The answer to ``table`` as ``docs/http_api.md`` describes it.

    Args:
        run: Name of the run.
        layer: Name of the layer.
        method: Projection method; one without maps gives a table without places.
        kind: A name of ``FILES``.
        records: The records that count.
        arrays: All arrays of a record.
        read: Some arrays of a snapshot.
        request: Its body may say which samples.

    Returns:
        The file and its media type.

    Raises:
        ClientError: There is no such layer or format, or the table would be too long.
        HiddenError: Data is missing, or Parquet needs a package that is not installed.
    """
    if kind not in FILES:
        raise ClientError(400, f"The format is one of {', '.join(FILES)}, not {kind[:20]!r}.")
    snapshots, frames = records.snapshots.get(layer, {}), records.frames.get(layer, {})
    if not snapshots and not frames:
        raise ClientError(404, f"The run has no layer {layer[:80]!r}; reload the index to see which there are.")
    count = sample_count(records, layer, arrays)
    rows = _rows(request, count)
    steps = snapshots.keys() | frames.get(method, {}).keys()
    length = len(steps) * (count if rows is None else len(rows))
    if length > MOST_ROWS:
        raise ClientError(
            400,
            f"A table of {length:,} rows is too long for a browser: select fewer samples, or run "
            f"`hidden export RUN --format {kind}`.",
        )
    write, mimetype = FILES[kind]
    file = io.BytesIO()
    write(layer_history(run, layer, method, records, arrays, read, rows), file)
    return file.getvalue(), mimetype


def _rows(request: Request, count: int) -> list[int] | None:
    """Which samples are meant; None for all."""
    if request.method != "POST":
        return None
    if (request.content_length or 0) > MOST_BYTES:
        raise ClientError(400, f"The list of rows is longer than {MOST_BYTES:,} bytes.")
    try:
        rows = json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError):
        rows = None
    wrong = not isinstance(rows, list) or any(type(row) is not int or not 0 <= row < count for row in rows)
    if wrong or len(set(rows)) < len(rows) or not rows:
        raise ClientError(400, f"The body is a JSON list of different rows, whole numbers from 0 to {count - 1}.")
    return list(rows)
