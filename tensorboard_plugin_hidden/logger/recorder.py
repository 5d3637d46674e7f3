"""What a writer logs about hidden representations: checks it, stores it, names it in an event, has it projected.

Arrays only: nothing here knows torch.
"""

from __future__ import annotations

import json
import threading
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

import tensorboard_plugin_hidden
from tensorboard_plugin_hidden.alerts.observation import GradientFacts
from tensorboard_plugin_hidden.errors import HiddenError, HiddenWarning
from tensorboard_plugin_hidden.format.alerts import Alert
from tensorboard_plugin_hidden.format.constants import MAX_CLASSES
from tensorboard_plugin_hidden.format.frame import Frame
from tensorboard_plugin_hidden.format.frame_codec import encode_frame, frame_record
from tensorboard_plugin_hidden.format.journal import Emit, Journal
from tensorboard_plugin_hidden.format.pictures import PICTURES, encode_pictures
from tensorboard_plugin_hidden.format.schema import (
    EndRecord,
    FrameRecord,
    ProbeRecord,
    SelectedRecord,
    SessionRecord,
    SnapshotRecord,
    Tiles,
)
from tensorboard_plugin_hidden.format.snapshot import Snapshot
from tensorboard_plugin_hidden.format.snapshot_codec import encode_snapshot
from tensorboard_plugin_hidden.format.store import group_name
from tensorboard_plugin_hidden.installed import say_tensorboard_trouble
from tensorboard_plugin_hidden.logger.answers import AnswersLog
from tensorboard_plugin_hidden.logger.health import HealthRecorder
from tensorboard_plugin_hidden.logger.maps import Inheritance, MapDrawer
from tensorboard_plugin_hidden.logger.parameters_rows import ParameterRows
from tensorboard_plugin_hidden.logger.probe import Probe
from tensorboard_plugin_hidden.logger.selection import selected_rows
from tensorboard_plugin_hidden.logger.steps import check_step
from tensorboard_plugin_hidden.logger.stored_programs import StoredPrograms
from tensorboard_plugin_hidden.logger.task_log import TaskLog
from tensorboard_plugin_hidden.projection.service import Progress, Waiting


class Recorder:
    """One writer's session of one run.

    Errors of the caller always raise. Errors of the machine, such as a full disk, raise until the first snapshot is
    logged and are warnings from then on: a mistake shows at once, and a long training does not die of its log.

    Args:
        run_dir: The run's directory.
        emit: Hands a summary to the run's event writer.
        flush: Makes what was handed over visible to readers.
        purge_step: As given to ``SummaryWriter``.
        inherited: Maps that an earlier writer of the run has left to this one, now or later.

    Raises:
        HiddenError: The directory cannot be written.
    """

    def __init__(self, run_dir: str, emit: Emit, flush: Any, purge_step: int | None, inherited: Inheritance) -> None:
        say_tensorboard_trouble()
        self._run_dir = run_dir
        self._flush = flush
        self._journal = Journal(run_dir, emit)
        self._journal.mark_run()
        purged = None if purge_step is None else max(0, int(purge_step))  # no step is below 0
        self._journal.write(SessionRecord(tensorboard_plugin_hidden.__version__, time.time(), purged))
        self._answers = AnswersLog(self._journal)
        self._parameters = ParameterRows(self._journal)
        self._health = HealthRecorder(self._journal, emit)
        self._tasks = TaskLog(self._journal)
        self._purge_step = purge_step
        self._first_step: int | None = purge_step
        self._probe: Probe | None = None
        self._probe_version = ""
        self._row_of: dict[int | str, int] = {}
        self._maps = MapDrawer(run_dir, self._deliver, inherited)
        self._last_step: dict[str, int] = {}
        self._programs = StoredPrograms(self._journal)
        self._logged = False
        self._left = False
        self._leaving = threading.Lock()

    @property
    def logged(self) -> bool:
        """Whether a snapshot was logged, so that the set-up is known to work."""
        return self._logged

    @property
    def parameters(self) -> ParameterRows:
        """The rows of the session's training log, whoever measures them."""
        return self._parameters

    @property
    def health(self) -> HealthRecorder:
        """What measures the layers."""
        return self._health

    @property
    def maps(self) -> MapDrawer:
        """What has snapshots drawn."""
        return self._maps

    @property
    def probe(self) -> Probe | None:
        """The samples that what is logged is about."""
        return self._probe

    def set_probe(self, probe: Probe) -> None:
        """Logs the samples.

        Raises:
            HiddenError: Another number of samples was logged before, or there are more classes than can be named.
        """
        if self._probe is not None and len(self._probe) != len(probe):
            raise HiddenError(
                "the probe's size changed within one run",
                expected=f"{len(self._probe)} samples, as before",
                got=f"{len(probe)}",
                fix="Keep one Probe for the whole run, or begin another run.",
            )
        if len(probe.classes) > MAX_CLASSES:
            raise HiddenError(
                "too many classes",
                expected=f"at most {MAX_CLASSES}",
                got=f"{len(probe.classes)}",
                fix="Merge the rare ones.",
            )
        samples = {
            "ids": list(probe.ids),
            "texts": None if probe.texts is None else list(probe.texts),
            "columns": [column.to_json() for column in probe.columns],
        }
        arrays: dict[str, npt.NDArray[Any]] = {
            "samples": np.frombuffer(json.dumps(samples, separators=(",", ":"), allow_nan=False).encode(), np.uint8),
            "labels": probe.labels.astype(np.int32),
        }
        tiles = None
        if probe.sprite is not None:
            arrays["sprite"] = np.frombuffer(probe.sprite.png, np.uint8)
            tiles = Tiles(probe.sprite.tile_width, probe.sprite.tile_height, probe.sprite.columns)
        images = None
        if (pictures := probe.pictures) is not None:
            group = group_name(self._journal.session, PICTURES)
            images = self._journal.store(group, encode_pictures(pictures))
        described = probe.texts is not None, images, probe.density
        body = ProbeRecord(len(probe), tuple(probe.classes), tiles, *described)
        record = self._journal.write(body, arrays)
        self._probe, self._probe_version = probe, str(record.version)
        self._row_of = {name: row for row, name in enumerate(probe.ids)}
        self._health.set_probe(probe)

    def check_step(self, layer: str, step: int) -> None:
        """Refuses a step that cannot follow those before.

        Raises:
            HiddenError: The step is negative, too large, not an integer, or goes backwards.
        """
        check_step(step, self._last_step.get(layer, -1), f"layer {layer!r}")

    def add_snapshots(
        self,
        snapshots: Sequence[Snapshot],
        capture_ms: float,
        *,
        project: bool,
        rate: float | None = None,
        gradients: GradientFacts | None = None,
        loss: float | None = None,
    ) -> Sequence[Alert]:
        """Logs layers at one step, what is measured of them and what is wrong with them, and asks for their maps.

        Args:
            snapshots: At least one. Checked arrays, one row for each sample of the probe.
            capture_ms: Milliseconds that training waited so far, for all of them; measuring and storing are added here.
            project: Whether maps are drawn beside training.
            rate: Learning rate, or None.
            gradients: What the training log says, or None.
            loss: Of the training, where it is told.

        Returns:
            The alerts, the worst first, when everything is written.

        Raises:
            HiddenError: See the class.
        """
        for snapshot in snapshots:
            self.check_step(snapshot.layer, snapshot.step)
            self._require_rows(snapshot.layer, len(snapshot.activations))
        step = int(snapshots[0].step)
        if self._journal.remade():
            self._programs = StoredPrograms(self._journal)
            if self._probe is not None:
                self.set_probe(self._probe)
        layers = {snapshot.layer: snapshot.activations for snapshot in snapshots}
        if self._probe is not None:
            self._health.announce_tasks(self._tasks.to_come(self._probe))
        look = self._health.look(step, layers, snapshots[0].logits, rate, gradients, loss)
        share = capture_ms / len(snapshots)
        waited = share + look.milliseconds
        logged = True
        for snapshot in snapshots:
            logged &= self._add_snapshot(snapshot, waited, project=project)
            waited = share  # measuring is counted once
        if self._probe is not None and logged:
            self._tasks.settle(step, self._probe)
        self._health.write(look, measures=logged)
        if look.alerts:
            self._flush()
        return look.alerts

    def _add_snapshot(self, snapshot: Snapshot, capture_ms: float, *, project: bool) -> bool:
        """Logs one layer; False where that was not possible."""
        start = time.perf_counter()
        try:
            arrays, program = encode_snapshot(snapshot), self._programs.put(snapshot)
            body = SnapshotRecord(
                layer=snapshot.layer,
                step=int(snapshot.step),
                count=len(snapshot.activations),
                width=snapshot.activations.shape[1],
                head=snapshot.head.kind,
                accuracy=self._accuracy(snapshot),
                nonfinite=int((~np.isfinite(snapshot.activations).all(axis=1)).sum()),
                nbytes=sum(array.nbytes for array in arrays.values()),
                capture_ms=0.0,
                probe=self._probe_version,
                program=program.place,
                digest=program.digest,
                proof=program.proof,
                logits=snapshot.logits is not None,
                no_logits=snapshot.no_logits,
                no_head=snapshot.no_head,
            )
            reference = self._journal.store(group_name(self._journal.session, body.KIND, body.layer), arrays)
        except HiddenError as error:
            if not self._logged:
                raise
            warnings.warn(f"Step {snapshot.step} is not logged. {error}", HiddenWarning, stacklevel=5)
            return False
        elapsed = capture_ms + 1000 * (time.perf_counter() - start)
        record = self._journal.name(replace(body, capture_ms=round(elapsed, 3)), reference)
        if not self._logged:
            # The projector looks for what a resumed run drew before, and must see where this session takes up.
            self._flush()
        self._logged = True
        self._last_step[snapshot.layer] = int(snapshot.step)
        if self._first_step is None:
            self._first_step = int(snapshot.step)
        if project:
            self.maps.submit(record)
        if snapshot.logits is not None and self._probe is not None:
            try:
                self._answers.add_probe(snapshot.logits, int(snapshot.step))
            except HiddenError as error:
                warnings.warn(
                    f"The answers of step {snapshot.step} are not logged. {error}", HiddenWarning, stacklevel=5
                )
        return True

    def add_outcomes(self, ids: Any, predictions: Any, labels: Any, step: int) -> None:
        """Logs what the model answered to samples that need not be in the probe.

        Args:
            ids: N integers or strings.
            predictions: N class numbers.
            labels: N class numbers, or None where all ids are known.
            step: The training step.

        Raises:
            HiddenError: See the class.
        """
        last = self._answers.last_step
        check_step(step, last, "the outcomes")
        answers = self._answers.check_outcomes(ids, predictions, labels)
        try:
            self._answers.add_outcomes(answers, int(step))
        except HiddenError as error:
            if last < 0 and not self._logged:
                raise
            warnings.warn(f"The outcomes of step {step} are not logged. {error}", HiddenWarning, stacklevel=3)

    def add_selection(self, selected: Any, step: int) -> None:
        """Logs which samples an active learner chose at a step; an empty choice is none.

        Args:
            selected: Ids as they were given to the probe; others are counted only.
            step: The training step.

        Raises:
            HiddenError: They are no ids, or see the class.
        """
        rows, total = selected_rows(selected, self._row_of)
        if not total:
            return
        if not len(rows):
            example = next(iter(self._row_of), None)
            warnings.warn(
                f"The probe holds none of the {total} samples selected at step {step}, so the maps cannot show them; "
                f"its ids are like {example!r}.",
                HiddenWarning,
                stacklevel=3,
            )
        try:
            self._journal.write(SelectedRecord(int(step), len(rows), total), {"rows": rows})
        except HiddenError as error:
            if not self._logged:
                raise
            warnings.warn(f"The selection of step {step} is not logged. {error}", HiddenWarning, stacklevel=3)

    def add_task(self, name: str, classes: Any, probe: Any) -> None:
        """Logs that another task is learned from now on.

        Args:
            name: Its name.
            classes: Its classes, or None.
            probe: Its samples, or None; ``task_rows`` says which are meant.

        Raises:
            HiddenError: Nothing is watched, the name is not new, its samples are not known, or see the class.
        """
        last = max(self._last_step.values(), default=None)
        step = self._purge_step if last is None else last + 1
        self._health.begin_task(name, self._tasks.begin(name, classes, probe, self._probe, step))

    def add_frame(self, frame: Frame) -> None:
        """Logs positions that somebody else computed.

        Raises:
            HiddenError: See the class.
        """
        self.check_step(frame.layer, frame.step)
        self._require_rows(frame.layer, len(frame.positions))
        self._deliver(frame_record(frame, ""), encode_frame(frame))
        self._last_step[frame.layer] = frame.step

    def close(self, progress: Progress) -> None:
        """Waits for the maps that are still to come, and says goodbye.

        Args:
            progress: Told how many maps are done and how many there are in all.
        """
        try:
            self.maps.take_over(self._first_step)
            self.maps.wait(progress)
        finally:
            self.leave()

    def leave(self) -> Waiting:
        """Ends the projector without waiting for it, and says goodbye.

        Returns:
            What is still to be drawn.
        """
        left = self.maps.leave()
        with self._leaving:
            if not self._left:
                self._left = True
                self._journal.write(EndRecord())
                self._flush()
        return left

    def _deliver(self, frame: FrameRecord, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self._journal.write(frame, arrays)
        self._flush()

    def _accuracy(self, snapshot: Snapshot) -> float | None:
        if snapshot.logits is None or self._probe is None:
            return None
        labelled = self._probe.labels >= 0
        if not labelled.any():
            return None
        return float((snapshot.logits.argmax(axis=1) == self._probe.labels)[labelled].mean())

    def _require_rows(self, layer: str, rows: int) -> None:
        if self._probe is not None and rows != len(self._probe):
            raise HiddenError(
                f"layer {layer!r} does not match the probe",
                expected=f"{len(self._probe)} rows, one for each sample",
                got=f"{rows}",
                fix="Log the same samples in the same order at every step.",
            )
