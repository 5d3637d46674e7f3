"""Reads a run's own event files, for those who have no TensorBoard beside them: the offline projector and tests."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.compat.proto import event_pb2, summary_pb2

from tensorboard_plugin_hidden.errors import HiddenError, HiddenWarning, NewerFormatError
from tensorboard_plugin_hidden.format.answers import AnswerLog, probe_samples, read_answers
from tensorboard_plugin_hidden.format.constants import ASSETS_DIR, PLUGIN_NAME, RUN_TAG
from tensorboard_plugin_hidden.format.health import HealthLog, read_health
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.parameters import ParameterLog, read_parameters
from tensorboard_plugin_hidden.format.payload import resolve
from tensorboard_plugin_hidden.format.schema import ProbeRecord, Record, read_record
from tensorboard_plugin_hidden.format.store import StoreReader

_MOST_DAMAGED = 1000
"""Events of one file that TensorBoard cannot parse, after which the rest of it is left alone."""


@dataclass(frozen=True, slots=True)
class LoggedRecord:
    """A record and its event: the inline payload (empty when it is in the store) and the wall time in seconds."""

    record: Record
    payload: bytes
    wall_time: float


class RunReader:
    """Follows the event files of one run, and of the projections made of it afterwards.

    Args:
        run_dir: The run's directory.

    Raises:
        HiddenError: The directory has no event files.
    """

    def __init__(self, run_dir: str) -> None:
        self._run_dir = str(run_dir)
        self._directories = [Path(run_dir), Path(run_dir, ASSETS_DIR)]
        self._loaders: dict[Path, EventFileLoader] = {}
        self._told = False
        if not any(self._files()):
            raise HiddenError(
                "not a run",
                expected="a directory with TensorBoard event files",
                got=str(run_dir),
                fix="Pass the directory that was given to SummaryWriter.",
            )

    def poll(self) -> Iterator[LoggedRecord]:
        """What was logged since the last call. A record that is cut short comes once the rest of it is there.

        One that is damaged is left out, with one ``HiddenWarning`` for all.

        Raises:
            NewerFormatError: A record was written by a newer version.
        """
        for file in self._files():
            for event in self._events(file):
                for value in event.summary.value:
                    if value.metadata.plugin_data.plugin_name == PLUGIN_NAME and value.tag != RUN_TAG:
                        yield from self._logged(value, event.wall_time)

    def _events(self, file: Path) -> Iterator[event_pb2.Event]:
        if file not in self._loaders:
            self._loaders[file] = EventFileLoader(str(file))
        for _ in range(_MOST_DAMAGED):
            try:
                yield from self._loaders[file].Load()
                return
            except Exception as error:  # whatever TensorBoard raises of an event that no writer wrote
                self._leave_out(error)

    def _logged(self, value: summary_pb2.Summary.Value, wall_time: float) -> Iterator[LoggedRecord]:
        payload = value.tensor.string_val[0] if value.tensor.string_val else b""
        try:
            yield LoggedRecord(read_record(value.tag, value.metadata.plugin_data.content), payload, wall_time)
        except NewerFormatError:
            raise
        except HiddenError as error:
            self._leave_out(error)

    def _leave_out(self, error: Exception) -> None:
        if not self._told:
            self._told = True
            reason = " ".join(str(error).split())[:400]
            sentence = f"Some records of {self._run_dir} could not be read and are left out. {reason}"
            warnings.warn(sentence, HiddenWarning, stacklevel=2)

    def training_log(
        self, start: int = 0, stop: int | None = None, names: Collection[str] | None = None
    ) -> list[ParameterLog]:
        """What was logged of weights and gradients so far, whatever ``poll`` has given.

        Args:
            start: First training step.
            stop: Training step to stop before; None: all there are.
            names: The arrays that are wanted, as in ``docs/format.md``; None: all.

        Returns:
            One for each stretch in which the model had the same parameters, in order of training; mostly one.

        Raises:
            MissingDataError: The store is not in this copy of the log directory, or is damaged.
        """
        history = current(item.record for item in RunReader(self._run_dir).poll())
        return read_parameters(history.parameters, StoreReader(self._run_dir), start, stop, names)

    def answers(self) -> dict[str, AnswerLog]:
        """What the model answered at every snapshot so far, whatever ``poll`` has given.

        Returns:
            By name of the set of samples, ``probe`` or ``outcomes``.

        Raises:
            MissingDataError: The store is not in this copy of the log directory, or is damaged.
        """
        items = {item.record.version: item for item in RunReader(self._run_dir).poll()}
        history, store = current(item.record for item in items.values()), StoreReader(self._run_dir)
        samples = None
        if history.probe is not None and isinstance(history.probe.body, ProbeRecord):
            payload = items[history.probe.version].payload
            samples = probe_samples(history.probe.body, resolve(history.probe, payload, store))
        return read_answers(history.answers, store, probe=samples)

    def health(self) -> dict[str, HealthLog]:
        """What was measured of every layer so far, whatever ``poll`` has given.

        Returns:
            By layer; ``""`` is the whole network.

        Raises:
            MissingDataError: The store is not in this copy of the log directory, or is damaged.
        """
        items = {item.record.version: item for item in RunReader(self._run_dir).poll()}
        history, store = current(item.record for item in items.values()), StoreReader(self._run_dir)
        logs = {}
        for layer, by_step in history.health.items():
            records = [*by_step.values()]
            events = [items[record.version].payload for record in records]
            # A record of which nothing but numbers was measured has no arrays.
            places = zip(records, events, strict=True)
            payloads = [resolve(of, event, store) if event or not of.payload.inline else {} for of, event in places]
            logs[layer] = read_health(records, payloads)
        return logs

    def _files(self) -> Iterator[Path]:
        for directory in self._directories:
            # A pipe would never end.
            yield from sorted(file for file in directory.glob("*tfevents*") if file.is_file())
