"""What the plugin costs TensorBoard: memory beside a large store, and the time to answer."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from benchmarks.result import Result
from benchmarks.runs import journal, write_epoch, write_probe
from tests.servers import TensorBoard, tensorboard


def measure_memory(samples: int = 10_000, epochs: int = 100, bulk_bytes: int = 10_000_000) -> list[Result]:
    """Resident memory of TensorBoard's processes after everything was looked at, against a run of scalars alone."""
    with tempfile.TemporaryDirectory() as logdir:
        with SummaryWriter(f"{logdir}/scalars/run") as writer:
            for step in range(100):
                writer.add_scalar("loss", step, step)
        with journal(f"{logdir}/hidden/run") as writing:
            probe = write_probe(writing, samples)
            for step in range(epochs):
                write_epoch(writing, probe, "fc", step, samples, bulk_bytes=bulk_bytes)
        stored = sum(file.stat().st_size for file in Path(logdir, "hidden").rglob("*") if file.is_file())
        with tensorboard(["--logdir", f"{logdir}/scalars"], loader="auto") as server:
            time.sleep(3)
            server.fetch("data/plugin/scalars/tags")
            without = memory(server.pid)
        with tensorboard(["--logdir", f"{logdir}/hidden"], loader="auto") as server:
            index = server.index("run", lambda index: len(index["layers"][0]["steps"]) == epochs)
            for query in _frames(index):
                assert server.get("frame", **query).status == 200
                assert server.get("landscape", **query).status == 200
            beside = memory(server.pid)
    return [
        Result(
            "TensorBoard's memory beyond one without hidden data",
            (beside - without) / 1e6,
            "MB",
            60,
            f"{stored / 1e9:.2f} GB of store, every frame and landscape read; {without / 1e6:.0f} MB without",
        )
    ]


def measure_index(epochs: int = 1_000, layers: int = 4, reading: float = 20) -> list[Result]:
    """The index of a run of many epochs, known and for the first time; ``reading``: seconds that the loader gets."""
    with tempfile.TemporaryDirectory() as logdir:
        with journal(f"{logdir}/run") as writing:
            probe = write_probe(writing, 20)
            for step in range(epochs):
                for layer in range(layers):
                    write_epoch(writing, probe, f"fc{layer}", step, 20)
        with tensorboard(["--logdir", logdir], loader="auto") as server:
            every = [epochs] * layers
            server.index("run", lambda index: [len(x["steps"]) for x in index["layers"]] == every, timeout=120)
            times = [_timed(server, "index", run="run") for _ in range(15)]
        with tensorboard(["--logdir", logdir], loader="auto") as server:
            # The first answer parses every record; wait for the loader without asking this plugin.
            time.sleep(reading)
            first = _timed(server, "index", run="run")
    return [
        Result(
            f"index of {epochs:,} epochs × {layers} layers",
            statistics.median(times),
            "ms",
            150,
            f"median of 15; {min(times):.0f}–{max(times):.0f} ms; the first of a server {first:.0f} ms",
        )
    ]


def measure_frame(epochs: int = 60) -> list[Result]:
    """A frame from disk to the socket: one that travels in its event, and one that is in the store."""
    return [_frame_latency(10_000, "event", epochs), _frame_latency(40_000, "store", epochs)]


def _frame_latency(samples: int, place: str, epochs: int) -> Result:
    with tempfile.TemporaryDirectory() as logdir:
        with journal(f"{logdir}/run") as writing:
            probe = write_probe(writing, samples)
            for step in range(epochs):
                write_epoch(writing, probe, "fc", step, samples)
        with tensorboard(["--logdir", logdir], loader="auto") as server:
            index = server.index("run", lambda index: len(index["layers"][0]["steps"]) == epochs)
            times = [_timed(server, "frame", **query) for query in _frames(index)]
    return Result(
        f"a frame of {samples:,} samples from disk to socket",
        statistics.median(times),
        "ms",
        15,
        f"from the {place}; median of {len(times)} frames, each read once; {min(times):.1f}–{max(times):.1f} ms",
    )


def _frames(index: dict) -> list[dict]:
    layer = index["layers"][0]
    frames = layer["frames"]["hidden"]
    steps = zip(frames["steps"], frames["versions"], strict=True)
    return [{"run": "run", "layer": layer["name"], "step": step, "v": version} for step, version in steps]


def _timed(server: TensorBoard, route: str, **query: object) -> float:
    start = time.perf_counter()
    assert server.get(route, **query).status == 200
    return 1000 * (time.perf_counter() - start)


def memory(pid: int) -> int:
    """Bytes resident in a process and its children."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
        except OSError:
            continue
        if int(fields["Pid"]) == pid or int(fields["PPid"]) == pid:
            total += int(fields.get("VmRSS", "0 kB").split()[0]) * 1024
    return total
