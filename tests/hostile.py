"""Runs that nobody wrote: a real one, of which something was changed. For the fuzz test.

``python -m tests.hostile WHAT SEED COUNT RUN FOLDER`` tries that many, five a second, and says what went wrong; WHAT is
``routes``, ``commands`` or ``nonsense``, which asks the whole run.
"""

from __future__ import annotations

import contextlib
import json
import logging
import random
import resource
import shutil
import sys
import time
import traceback
import warnings
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from click.testing import CliRunner
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.compat.proto import event_pb2
from tensorboard.plugins import base_plugin
from tensorboard.summary.writer.record_writer import RecordWriter
from werkzeug import Response
from werkzeug.test import Client

from tensorboard_plugin_hidden.backend.plugin import HiddenPlugin
from tensorboard_plugin_hidden.backend.records import projection_run
from tensorboard_plugin_hidden.cli import cli
from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.constants import ASSETS_DIR, PLUGIN_NAME

DOCUMENTED = {200, 400, 404, 405, 410, 422}
"""Statuses of ``docs/http_api.md`` for what was foreseen."""

Random = random.Random

NASTY: list[Any] = [
    *(0, 1, -1, 2**31, 2**53, 2**63, 10**30, -(10**30), 1e308, float("inf"), float("nan"), 0.5, True, None, "", "1"),
    *("..", "/etc/passwd", "\ud800", "x" * 5000, "\0", "%2e%2e", [], {}, [[]], [0] * 40, {"a": {"b": 1}}, [1e308, "x"]),
]


def plugin(run: Path) -> HiddenPlugin:
    """The plugin as it serves one run."""
    multiplexer = EventMultiplexer(purge_orphaned_data=False)
    multiplexer.AddRun(str(run), run.name)
    if any(run.glob(f"{ASSETS_DIR}/*tfevents*")):
        multiplexer.AddRun(str(run / ASSETS_DIR), projection_run(run.name))
    multiplexer.Reload()
    provider = MultiplexerDataProvider(multiplexer, str(run.parent))
    return HiddenPlugin(
        base_plugin.TBContext(data_provider=provider, logdir=str(run.parent), flags=Namespace(logdir_spec=""))
    )


class Routes:
    """Asks every route and holds it to what is documented."""

    def __init__(self, run: Path, seconds: float = 5.0) -> None:
        self.run = run.name
        self._seconds = seconds
        self._clients = {name.strip("/"): Client(app, Response) for name, app in plugin(run).get_plugin_apps().items()}
        self.names = [name for name in self._clients if "*" not in name]

    def ask(self, route: str, query: dict[str, Any]) -> Response:
        """One answer.

        Raises:
            AssertionError: It is of no documented status, or took too long.
        """
        began = time.process_time()  # others may use the machine too
        text = urlencode({"run": self.run} | query, errors="surrogatepass")
        answer = self._clients[route].get(f"/{route}", query_string=text)
        taken = time.process_time() - began
        said = answer.get_data()[:300] if answer.status_code != 200 else b""
        assert answer.status_code in DOCUMENTED, f"{route} {query}: {answer.status_code} {said!r}"
        assert taken < self._seconds, f"{route} {query} took {taken:.1f} s"
        return answer

    def ask_all(self, index: dict[str, Any], training: dict[str, Any]) -> None:
        """Everything that a view may ask, as an index that was whole has it."""
        for route, query in questions(index, training):
            self.ask(route, query)

    def told(self, route: str) -> dict[str, Any]:
        """An answer of JSON; empty where there is none."""
        answer = self.ask(route, {})
        return json.loads(answer.get_data()) if answer.status_code == 200 else {}


def questions(index: dict[str, Any], training: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Routes and queries."""
    yield from (("runs", {}), ("index", {}), ("training", {}))
    if (probe := index.get("probe")) is not None:
        yield from ((route, {"v": probe["version"], "row": 1}) for route in ("samples", "thumbnails", "image"))
    for task in index.get("tasks", []):
        yield "task", {"v": task["version"]}
    for layer, of in index.get("health", {}).items():
        yield from ((route, {"layer": layer, "v": of["version"]}) for route in ("health", "health_classes"))
    if (chosen := index.get("selected")) is not None:
        yield from (("selected", {"step": s, "v": v}) for s, v in zip(chosen["steps"], chosen["versions"], strict=True))
    for layer in index.get("layers", []):
        for method, frames in layer["frames"].items():
            for step, version in zip(frames["steps"][-1:], frames["versions"][-1:], strict=True):
                query = {"layer": layer["name"], "step": step, "v": version}
                yield from ((route, query) for route in ("frame", "landscape"))
            yield "table", {"layer": layer["name"], "method": method, "format": "csv"}
        for step, version in zip(layer["steps"][-1:], layer["versions"][-1:], strict=True):
            query = {"layer": layer["name"], "step": step, "v": version, "rows": "0,3"}
            yield from ((route, query) for route in ("outcomes", "label_quality", "details"))
    version = training.get("v", "")
    for place, stretch in enumerate((training.get("parameters") or {}).get("stretches", [])):
        query = {"v": version, "stretch": place, "width": 50, "start": 0, "stop": stretch["rows"], "layer": 0}
        for array in ("weights", "gradients", "update", "learning_rates", "bands"):
            yield "series", query | {"array": array, "places": "0", "statistics": "l2"}
        yield "filters", query
        yield "top", query | {"rows": "0,1", "pins": "0,1", "row": 0}
        yield "findings", query
        for one in training["answers"]:
            yield "matrix", query | {"set": one["name"], "k": 1, "threshold": 1}
    for one in training.get("answers", []):
        query = {"v": version, "set": one["name"], "class": 0}
        yield from ((route, query) for route in ("answers", "flips", "history"))
    for tag in training.get("scalars", [])[:1]:
        yield "scalar", {"tag": tag, "v": version}


def records(run: Path) -> list[tuple[Path, list[event_pb2.Event]]]:
    """The events of a run, by file."""
    from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader

    return [
        (file, [event_pb2.Event.FromString(data) for data in RawEventFileLoader(str(file)).Load()])
        for file in sorted(run.rglob("*tfevents*"))
    ]


def write(file: Path, events: list[event_pb2.Event]) -> None:
    """Writes events with checksums that are right."""
    with file.open("wb") as opened:
        writer = RecordWriter(opened)
        for event in events:
            writer.write(event.SerializeToString())


def spoil_record(rng: Random, run: Path) -> str:
    """A field of a record, or of what it holds, says something else."""
    file, events = rng.choice(records(run))
    ours = [
        value
        for event in events
        for value in event.summary.value
        if value.metadata.plugin_data.plugin_name == PLUGIN_NAME and value.metadata.plugin_data.content != b"{}"
    ]
    if not ours:
        return "nothing"
    value = rng.choice(ours)
    content = json.loads(value.metadata.plugin_data.content)
    name = _replace(rng, content)
    value.metadata.plugin_data.content = json.dumps(content).encode()
    write(file, events)
    return f"{value.tag}: {name}"


def spoil_payload(rng: Random, run: Path) -> str:
    """Bytes of an inline payload are others, or the payload is another record's."""
    file, events = rng.choice(records(run))
    ours = [v for event in events for v in event.summary.value if v.tensor.string_val and v.tensor.string_val[0]]
    if not ours:
        return "nothing"
    value, other = rng.choice(ours), rng.choice(ours)
    if rng.random() < 0.3:
        value.tensor.string_val[0] = other.tensor.string_val[0]
    else:
        value.tensor.string_val[0] = _noise(rng, value.tensor.string_val[0])
    write(file, events)
    return value.tag


def spoil_event_bytes(rng: Random, run: Path) -> str:
    """Bytes of an event file are others, whatever its checksums say."""
    file = rng.choice(sorted(run.rglob("*tfevents*")))
    file.write_bytes(_noise(rng, file.read_bytes()))
    return file.name


def spoil_store_file(rng: Random, run: Path) -> str:
    """Bytes of a file of the store are others, it is another's, or it is gone."""
    files = sorted(path for path in run.rglob("store.zarr/**/*") if path.is_file())
    file, other = rng.choice(files), rng.choice(files)
    match rng.randrange(3):
        case 0:
            file.unlink()
        case 1:
            file.write_bytes(other.read_bytes())
        case _:
            file.write_bytes(_noise(rng, file.read_bytes()))
    return str(file.relative_to(run))


def spoil_array(rng: Random, run: Path) -> str:
    """The metadata of an array says something else."""
    file = rng.choice(sorted(run.rglob("store.zarr/**/zarr.json")))
    content = json.loads(file.read_text())
    name = _replace(rng, content)
    file.write_text(json.dumps(content))
    return f"{file.relative_to(run)}: {name}"


def spoil_directory(rng: Random, run: Path) -> str:
    """A directory of the store is another's."""
    directories = sorted(path for path in run.rglob("store.zarr/**/*") if path.is_dir())
    one, other = rng.choice(directories), rng.choice(directories)
    if one in (other, *other.parents) or other in one.parents:
        shutil.rmtree(one)
        return f"no {one.relative_to(run)}"
    shutil.rmtree(one)
    shutil.copytree(other, one)
    return f"{one.relative_to(run)} is {other.relative_to(run)}"


SPOIL: list[Callable[[Random, Path], str]] = [
    *(spoil_record, spoil_record, spoil_record, spoil_payload, spoil_payload),
    *(spoil_event_bytes, spoil_store_file, spoil_store_file, spoil_array, spoil_array, spoil_directory),
]


def _replace(rng: Random, content: Any) -> str:
    """Puts something else in a place of a JSON value; returns which."""
    place, path = content, []
    while True:
        keys: list[Any] = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = rng.choice(keys)
        path.append(str(key))
        inner = place[key]
        if isinstance(inner, dict | list) and inner and rng.random() < 0.6:
            place = inner
            continue
        if isinstance(place, dict) and rng.random() < 0.1:
            del place[key]
            return "without " + ".".join(path)
        place[key] = rng.choice(NASTY)
        return f"{'.'.join(path)} = {place[key]!r:.60}"


def _noise(rng: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    match rng.randrange(4):
        case 0:
            return bytes(changed[: rng.randrange(len(changed) + 1)])
        case 1:
            return bytes(changed) + rng.randbytes(rng.randrange(1, 2000))
        case 2 if changed:
            start = rng.randrange(len(changed))
            changed[start : start + 4] = rng.choice([b"\xff\xff\xff\xff", bytes(4), b"\xff\xff\xff\x7f"])
        case _:
            for _ in range(rng.randrange(1, 20)):
                if changed:
                    changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def attempt(seed: int, whole: Path, folder: Path, use: Callable[[Path, str], None]) -> str | None:
    """Spoils a copy of a run in up to three places, and uses it.

    Args:
        seed: Of what is spoilt.
        whole: The run.
        folder: Where the copy is made.
        use: Uses it; what it raises is a fault.

    Returns:
        What was spoilt and what went wrong; None when all was well.
    """
    rng, run = Random(seed), folder / whole.name
    shutil.rmtree(run, ignore_errors=True)
    shutil.copytree(whole, run)
    done = []
    for _ in range(rng.randrange(1, 4)):
        try:
            done.append(rng.choice(SPOIL)(rng, run))
        except Exception as error:  # what is spoilt already may not be spoilt once more
            done.append(f"not: {error!r:.60}")
    try:
        use(run, " ".join(done))
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        last = traceback.extract_tb(error.__traceback__)[-1]
        return f"seed {seed}, {done}: {type(error).__name__}: {error} ({last.filename}:{last.lineno})"
    return None


def use_routes(whole: Path) -> Callable[[Path, str], None]:
    """Asks all routes about a spoilt run what one would of the whole one, and of what is left of it."""
    before = Routes(whole)
    index, training = before.told("index"), before.told("training")

    def use(run: Path, _: str) -> None:
        routes = Routes(run)
        routes.ask_all(index, training)
        routes.ask_all(routes.told("index"), routes.told("training"))

    return use


def use_commands(whole: Path) -> Callable[[Path, str], None]:
    """Has every command read a spoilt run: it does its work, or says in a sentence why not."""

    def use(run: Path, _: str) -> None:
        for arguments in COMMANDS:
            place = [str(run), *arguments[1:]]
            with contextlib.suppress(HiddenError), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                done = CliRunner().invoke(cli, [arguments[0], *place], catch_exceptions=False)
                # A task of `project` that fails for another reason than a HiddenError names its class.
                assert "Error: " not in done.output, done.output

    return use


COMMANDS = (
    ("export", "--layer", "1", "--format", "csv", "--out", "/dev/null", "--force"),
    ("export", "--layer", "1", "--format", "json", "--out", "/dev/null", "--force"),
    ("export", "--html", "--activations", "--out", "/dev/null", "--force"),
    ("check",),
    ("check", "--rule", "collapse"),
    ("project", "--method", "pca"),
)

NASTY_QUERIES = [
    *("", "-1", "0", "1e9", "9" * 19, "9" * 5000, "1.5", "nan", "x" * 5000, "..", "../..", "%00", "\0", "a\nb", "é"),
    *("\ud800", "0,1,2", "," * 600, "0," * 600, "\u0661", "²", "__class__", "/etc/passwd", "ab.1", "ab." + "9" * 30),
]


def ask_nonsense(seed: int, run: Path, count: int) -> None:
    """Asks a whole run with arguments that are wrong, missing or of another route.

    Raises:
        AssertionError: An answer is of no documented status, or took too long.
    """
    rng, routes = Random(seed), Routes(run)
    asked = list(questions(routes.told("index"), routes.told("training")))
    names = sorted({name for _, query in asked for name in query} | {"run"})
    for _ in range(count):
        _, query = rng.choice(asked)
        changed: dict[str, Any] = {**query}
        for _ in range(rng.randrange(1, 4)):
            name = rng.choice(names)
            if rng.random() < 0.2:
                changed.pop(name, None)
            else:
                changed[name] = rng.choice(NASTY_QUERIES)
        routes.ask(rng.choice(routes.names), changed)


MEMORY = 3 * 2**30
"""Bytes of address space for all routes: a small run needs a third of it."""


def main(what: str, first: int, count: int, run: Path, folder: Path) -> None:
    """Tries so many spoilt runs, and writes a line for each fault."""
    if what == "routes":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    logging.getLogger("tensorboard").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    if what == "nonsense":
        ask_nonsense(first, run, count)
        return
    use = (use_commands if what == "commands" else use_routes)(run)
    for seed in range(first, first + count):
        if fault := attempt(seed, run, folder, use):
            print(fault, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]), Path(sys.argv[5]))
