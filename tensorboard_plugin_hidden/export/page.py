"""One HTML file with the front end and every answer it may ask for: a run to look at without TensorBoard.

Read by ``frontend/src/data/embedded.ts``.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
from importlib import resources
from typing import BinaryIO

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.export.answers import RunRoutes, run_answers, run_index

_BUNDLE = "standalone.js"

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; \
style-src 'unsafe-inline'; img-src blob: data:">
<title>{run} · HIDDEN</title>
</head>
<body>
"""
"""Whatever the page holds, it can ask nothing of a network."""

_ABSENT = {
    "details": "This file was made without the activations, so neighbours are not known; export it with --activations.",
    "health": "This file holds the alerts. What was measured is shown by TensorBoard on the log directory.",
    "health_classes": "This file holds the alerts. What was measured is shown by TensorBoard on the log directory.",
    "image": "This file was made without pictures at full size; export it with --activations.",
    "label_quality": "The labels of this snapshot could not be judged when this file was made.",
    "outcomes": "This snapshot has no logits, so there is nothing that the model predicted.",
    "task": "This file does not say which samples belong to a task; TensorBoard on the log directory does.",
    "training": "This file holds the maps. Layers, Classes and Cube are shown by TensorBoard on the log directory.",
}


def write_page(
    run_dir: str, file: BinaryIO, *, layer: str | None = None, method: str | None = None, activations: bool = False
) -> int:
    """Writes the page of a run.

    Args:
        run_dir: The run's directory.
        file: Where to.
        layer: The only layer to take along; None: all.
        method: The only projection method to take along; None: all.
        activations: Whether what needs the activations comes along, and pictures at full size.

    Returns:
        The number of steps.

    Raises:
        HiddenError: There is no such run, layer or method, data is missing, or the front end is not built.
    """
    script = _bundle()
    routes = RunRoutes(run_dir)
    index = run_index(routes, layer, method)
    file.write(_HEAD.format(run=html.escape(routes.run)).encode())
    contents = []
    for number, answer in enumerate(run_answers(routes, index, activations=activations)):
        body, packed = answer.body, answer.mimetype != "image/png"
        if packed:
            body = gzip.compress(body, compresslevel=9, mtime=0)
        block = f"hidden-{number}"
        file.write(f'<script type="text/plain" id="{block}">'.encode() + base64.b64encode(body) + b"</script>\n")
        contents.append(
            {
                "route": answer.route,
                "query": dict(answer.query),
                "type": answer.mimetype,
                "gzip": packed,
                "block": block,
            }
        )
    said = json.dumps({"answers": contents, "absent": _ABSENT}, separators=(",", ":")).replace("<", "\\u003c")
    file.write(f'<script type="application/json" id="hidden-contents">{said}</script>\n'.encode())
    file.write(b'<script type="module">' + script + b"</script>\n</body>\n</html>\n")
    return len({step for one in index["layers"] for frames in one["frames"].values() for step in frames["steps"]})


def _bundle() -> bytes:
    """The front end's script, such that it cannot end the element that it is in."""
    try:
        script = (resources.files("tensorboard_plugin_hidden") / "static" / _BUNDLE).read_bytes()
    except OSError as error:
        raise HiddenError(
            "the front end is not built",
            expected=f"{_BUNDLE} in this installation",
            got="none",
            fix="Run `make bundle`, or install a released wheel.",
        ) from error
    # Within JavaScript both can only be in strings and patterns, where the backslash changes nothing.
    return re.sub(rb"<(?=/script|!--)", rb"\\x3c", script, flags=re.IGNORECASE)
