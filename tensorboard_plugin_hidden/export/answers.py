"""What TensorBoard would answer about one run, from the plugin's own routes run in this process."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.plugins import base_plugin
from werkzeug import Response
from werkzeug.test import Client

from tensorboard_plugin_hidden.backend.plugin import HiddenPlugin
from tensorboard_plugin_hidden.backend.records import projection_run
from tensorboard_plugin_hidden.backend.snapshots import MOST_ROWS
from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.export.history import one_of, open_run, run_name
from tensorboard_plugin_hidden.format.constants import ASSETS_DIR

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a route.

    Attributes:
        route: Name of the route.
        query: What it was asked, all but ``rows``.
        mimetype: Type of the body.
        body: The bytes.
    """

    route: str
    query: Mapping[str, str]
    mimetype: str
    body: bytes


class RunRoutes:
    """The plugin as it serves one run.

    Args:
        run_dir: The run's directory.

    Raises:
        HiddenError: It is no run; names the runs that are near.

    Attributes:
        run: Name of the run.
    """

    def __init__(self, run_dir: str) -> None:
        open_run(run_dir)
        directory = Path(run_dir).resolve()
        self.run = run_name(run_dir)
        multiplexer = EventMultiplexer(purge_orphaned_data=False)
        multiplexer.AddRun(str(directory), self.run)
        if any(directory.glob(f"{ASSETS_DIR}/*tfevents*")):
            multiplexer.AddRun(str(directory / ASSETS_DIR), projection_run(self.run))
        multiplexer.Reload()
        logdir = str(directory.parent)
        provider = MultiplexerDataProvider(multiplexer, logdir)
        context = base_plugin.TBContext(data_provider=provider, logdir=logdir, flags=Namespace(logdir_spec=""))
        apps = HiddenPlugin(context).get_plugin_apps()
        self._clients = {route.strip("/"): Client(app, Response) for route, app in apps.items()}

    def ask(self, route: str, **query: object) -> Answer | None:
        """The answer of a route about the run; None when there is no such data.

        Args:
            route: Name of the route.
            query: What to ask, without the run.

        Raises:
            HiddenError: The data is not in this copy of the log directory, or was written by a newer version.
        """
        asked = {name: str(value) for name, value in {"run": self.run, **query}.items()} if route != "runs" else {}
        response = self._clients[route].get(f"/{route}", query_string=asked)
        if response.status_code == 404:
            return None
        if response.status_code != 200:
            raise HiddenError(
                f"the run cannot be exported: {response.get_data(as_text=True).rstrip('.')}",
                expected=f"an answer of the route {route}",
                got=str(response.status_code),
                fix="Export a complete copy of the run, with this version or a later one.",
            )
        return Answer(route, asked, response.mimetype or "", response.get_data())


def run_index(routes: RunRoutes, layer: str | None, method: str | None) -> Json:
    """The run's index, cut down to what is asked for; it says that nothing more will come.

    Args:
        routes: The run.
        layer: Name of the only layer; None: all.
        method: The only projection method; None: all.

    Raises:
        HiddenError: There is no such layer or method, or no hidden data; names those there are.
    """
    answer = routes.ask("index")
    index: Json = json.loads(answer.body) if answer is not None else {"layers": []}
    names = [one["name"] for one in index["layers"]]
    if not names or (layer is not None and layer not in names):
        raise HiddenError(
            "no such layer" if names else "the run has no layers",
            expected=one_of(names) if names else "a run with hidden data",
            got=repr(layer) if names else routes.run,
            fix="Choose one with --layer." if names else "Log some with SummaryWriter.add_hidden.",
        )
    layers = [one for one in index["layers"] if layer in (None, one["name"])]
    methods = list(dict.fromkeys(name for one in layers for name in one["frames"]))
    if method is not None and method not in methods:
        raise HiddenError(
            "no such map",
            expected=one_of(methods) if methods else "a run with maps",
            got=repr(method),
            fix="Choose one with --method, or draw it with `hidden project RUN --method NAME`.",
        )
    for one in layers:
        one["frames"] = {name: frames for name, frames in one["frames"].items() if method in (None, name)}
    return index | {"layers": layers, "closed": True}


def run_answers(routes: RunRoutes, index: Json, *, activations: bool) -> Iterator[Answer]:
    """Everything that a view of the run may ask for.

    Args:
        routes: The run.
        index: From ``run_index``.
        activations: Whether neighbours and likeliest classes of every sample (``details``, in one answer for all
            samples), and pictures at full size, are among it.

    Raises:
        HiddenError: Data is missing.
    """
    runs = routes.ask("runs")
    if runs is not None:
        # Where the run lay is nobody's business who is given the file.
        yield _json("runs", {}, json.loads(runs.body) | {"logdir": ""})
    yield _json("index", {"run": routes.run}, index)
    probe = index["probe"]
    if probe is not None:
        yield from _present(routes.ask("samples", v=probe["version"]))
        if probe["thumbnails"] is not None:
            yield from _present(routes.ask("thumbnails", v=probe["version"]))
        if activations and probe["images"]:
            for row in range(probe["count"]):
                yield from _present(routes.ask("image", v=probe["version"], row=row))
    chosen = index["selected"] or {"steps": [], "versions": []}
    for step, version in zip(chosen["steps"], chosen["versions"], strict=True):
        yield from _present(routes.ask("selected", step=step, v=version))
    for layer in index["layers"]:
        yield from _layer(routes, layer, probe["count"] if probe and activations else 0)


def _layer(routes: RunRoutes, layer: Json, detailed: int) -> Iterator[Answer]:
    """A layer's answers, with the details of the first ``detailed`` samples."""
    for frames in layer["frames"].values():
        for step, version, landscape in zip(frames["steps"], frames["versions"], frames["landscape"], strict=True):
            address = {"layer": layer["name"], "step": step, "v": version}
            yield from _present(routes.ask("frame", **address))
            if landscape is not None:
                yield from _present(routes.ask("landscape", **address))
    for step, version in zip(layer["steps"], layer["versions"], strict=True):
        address = {"layer": layer["name"], "step": step, "v": version}
        yield from _present(routes.ask("outcomes", **address))
        yield from _present(routes.ask("label_quality", **address))
        if detailed:
            yield _details(routes, address, detailed)


def _details(routes: RunRoutes, address: Mapping[str, object], count: int) -> Answer:
    whole: Json = {}
    query: dict[str, str] = {}
    for start in range(0, count, MOST_ROWS):
        rows = ",".join(map(str, range(start, min(start + MOST_ROWS, count))))
        for answer in _present(routes.ask("details", **address, rows=rows)):
            query = {name: value for name, value in answer.query.items() if name != "rows"}
            for name, value in json.loads(answer.body).items():
                whole[name] = whole.get(name, []) + value if isinstance(value, list) else value
    return _json("details", query, whole)


def _present(answer: Answer | None) -> Iterator[Answer]:
    if answer is not None:
        yield answer


def _json(route: str, query: Mapping[str, str], content: Json) -> Answer:
    body = json.dumps(content, separators=(",", ":"), allow_nan=False).encode()
    return Answer(route, query, "application/json", body)
