"""``SummaryWriter``: PyTorch's own, and a few methods more that look at hidden layers and answers."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.alerts import Alert
from tensorboard_plugin_hidden.format.snapshot import FloatArray, HeadData, Snapshot
from tensorboard_plugin_hidden.logger.arrays import linear_head, logged_frame, matrix, number
from tensorboard_plugin_hidden.logger.closing import Estate, ProgressLine, closed, dropped, opened
from tensorboard_plugin_hidden.logger.head import EXPORT_SECONDS
from tensorboard_plugin_hidden.logger.health import chosen_rules
from tensorboard_plugin_hidden.logger.lasting import LastingWriter
from tensorboard_plugin_hidden.logger.layers import resolve_layers
from tensorboard_plugin_hidden.logger.listeners import Listeners
from tensorboard_plugin_hidden.logger.predictions import LogitReader
from tensorboard_plugin_hidden.logger.probe import Probe
from tensorboard_plugin_hidden.logger.recorder import Recorder
from tensorboard_plugin_hidden.logger.roles import Choice
from tensorboard_plugin_hidden.logger.schedule import Schedule, TimeBudget
from tensorboard_plugin_hidden.logger.steps import as_step
from tensorboard_plugin_hidden.logger.training_log import ParameterRecorder, TrainingLog
from tensorboard_plugin_hidden.logger.watching import Watch
from tensorboard_plugin_hidden.logger.wrappers import require_whole, unwrap
from tensorboard_plugin_hidden.projection.methods import get_method


class SummaryWriter(LastingWriter):
    """A ``torch.utils.tensorboard.SummaryWriter`` that also logs hidden representations.

    Takes the same arguments, and everything it could do it still does. On ranks other than 0 of a
    ``torch.distributed`` run the methods added here do nothing.

    >>> import tempfile, torch, tensorboard_plugin_hidden as hidden
    >>> model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
    >>> probe = hidden.Probe((torch.randn(40, 4), torch.arange(40) % 2))
    >>> with hidden.SummaryWriter(tempfile.mkdtemp()) as writer:
    ...     writer.watch(model, probe, method=None)
    ...     writer.add_hidden(0)
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._recorder: Recorder | None = None
        self._watched: Watch | None = None
        self._hidden_closed = False
        self._estate: Estate | None = None
        super().__init__(*args, **kwargs)
        self._listeners = Listeners(os.path.basename(os.path.abspath(os.fspath(self.log_dir))))

    def watch(
        self,
        model: nn.Module,
        probe: Probe,
        *,
        layers: str | Sequence[str] | None = None,
        method: str | None = "hidden",
        schedule: Schedule | None = None,
        budget: float | None = None,
        batch_size: int = 256,
        optimizer: torch.optim.Optimizer | None = None,
        training_log: bool | TrainingLog = False,
        alerts: bool | str | Sequence[str] = True,
        logits: Choice | None = None,
        classifier: bool | None = None,
        head_seconds: float = EXPORT_SECONDS,
    ) -> None:
        """Says what ``add_hidden`` looks at: which model, on which samples, in which layers.

        Args:
            model: The model that is trained, wrapped (``DistributedDataParallel``, ``torch.compile``) or not.
            probe: The samples.
            layers: Module paths or globs, as in ``"encoder.*"``; ``"fc2:input"`` is what goes into a module. Default:
                the input of the last ``Linear``.
            method: How the maps are drawn, beside training in another process; None leaves it to ``hidden project``.
            schedule: Which steps to capture, as ``hidden.every(10)``; default every one that is passed.
            budget: Largest share of wall time that captures may take, as 0.02; steps beyond it are left out.
            batch_size: Samples in one forward of a capture; no more than the memory beside training allows.
            optimizer: The model's optimizer, whose learning rate is logged, and whose steps a training log counts.
            training_log: Whether to log weights, gradients and the change of filters, at every capture and at every
                100th step of the optimizer, or as a ``TrainingLog`` says.
            alerts: Whether to measure the layers and to warn of what is wrong; or names of rules, as ``["collapse"]``.
            logits: Which part of what the model returns the logits are: a key or attribute, a position, or a function
                of it that gives [N, C]. Default: inferred where there is one reading, and said.
            classifier: Whether the model is a classifier of the probe's classes: False for an autoencoder or an
                encoder, which have maps without predictions. Default: inferred, and said at the first capture.
            head_seconds: Time of a capture for exporting the ways from layers to the logits; ``math.inf``: all at once.

        Raises:
            HiddenError: The model is sharded, a layer, method or rule is unknown, logits were chosen of what is no
                classifier, the probe's size changed, a training log has no optimizer, or the log directory cannot be
                written.
        """
        if isinstance(model, nn.Module):
            require_whole(model)  # on all ranks: if one failed alone, the others would wait for it
        if not self._writes():
            return
        if not isinstance(model, nn.Module) or not isinstance(probe, Probe):
            raise HiddenError(
                "watch takes a model and a probe",
                expected="a torch.nn.Module and a hidden.Probe",
                got=f"{type(model).__name__} and {type(probe).__name__}",
                fix="Write writer.watch(model, hidden.Probe(dataset)).",
            )
        if logits is not None and classifier is False:
            raise HiddenError(
                "the model has logits and is no classifier",
                expected="logits= or classifier=False",
                got="both",
                fix="Leave one out.",
            )
        specs = None if layers is None else resolve_layers(unwrap(model), layers)
        time_budget = None if budget is None else TimeBudget(budget)
        if method is not None:
            get_method(method)
        rules = chosen_rules(alerts)
        self.add_probe(probe)
        self._recording().health.choose(rules)
        parameters = None
        if training_log is not False:
            options = TrainingLog() if training_log is True else training_log
            rows = self._recording().parameters
            parameters = ParameterRecorder(model, optimizer, options, rows, self._purged_from or 0)
        if method is not None:
            self._recording().maps.start(method)
        if self._watched is not None:
            self._watched.close()
        self._watched = Watch(
            model,
            specs,
            schedule or (lambda step: True),
            time_budget,
            batch_size=batch_size,
            project=method is not None,
            parameters=parameters,
            optimizer=optimizer,
            reader=LogitReader(logits, classifier),
            head_seconds=head_seconds,
        )

    def add_hidden(self, step: int, *, loss: Any = None, selected: Any = None) -> None:
        """Captures the watched layers over the probe and logs them under ``step``.

        A second forward pass that leaves no trace: modes, buffers, gradients and random numbers are as before. Drawing
        the map happens in another process.

        Args:
            step: The epoch or global step. It may repeat, then the last write counts; it may not go backwards.
            loss: The training's loss, a number or a tensor of one. Alerts know by it that a model without logits is
                still learning, and it is logged as ``hidden/training_loss``.
            selected: Ids, as of the probe, of the samples that an active learner newly chose at this step, whether the
                probe holds them or not. They are logged also where the schedule leaves the capture out.

        Raises:
            HiddenError: Nothing is watched, the step goes backwards, the model does not take the probe, a layer did
                not run, the loss is no number, or what is selected are no ids.
        """
        if not self._writes():
            return
        watched = self._watched
        if self._hidden_closed:
            self._recording()
        if watched is None or self._recorder is None or self._recorder.probe is None:
            raise _nothing_watched("add_hidden")
        step = as_step(step)
        for name in watched.names:
            self._recorder.check_step(name, step)
        told = None if loss is None else number("loss", loss)
        if selected is not None:
            self._recorder.add_selection(selected, step)
        if watched.due(step):
            self._tell(watched.look(self._recorder, int(step), told))

    def on_alert(self, callback: Callable[[Alert], Any], severity: str = "warning") -> None:
        """Has a function called for every alert, besides the line that each of them is on the terminal.

        It is called from ``add_hidden`` or ``add_activations``, once everything of the step is written. What it raises
        comes out of them: that is how a script ends itself.

        Args:
            callback: Called with a ``hidden.Alert``, whose ``classes`` and ``samples`` are places in the probe's
                ``classes`` and ``ids``. ``hidden.webhook(url)`` sends them elsewhere.
            severity: The least that it is called for: ``info``, ``warning`` or ``error``.

        Raises:
            HiddenError: It cannot be called, there is no such severity, or the writer is closed.
        """
        if self._writes():
            if self._hidden_closed:
                self._recording()
            self._listeners.add(callback, severity)

    def add_task(self, name: str, classes: Any = None, probe: Any = None) -> None:
        """Says that another task is learned from now on, in continual learning.

        What is watched of a task is measured before, while and after it is learned. Tasks that are still to come are
        the other values of the probe's metadata ``task``.

        Args:
            name: Another name than those of the tasks before.
            classes: Numbers or names of its classes. Without these and ``probe`` its samples are those whose metadata
                ``task`` is the name.
            probe: Ids of its samples, or a ``Probe`` of them; all must be among those that are watched.

        Raises:
            HiddenError: Nothing is watched, the name is not new, classes or ids are unknown, the task has no samples,
                or the writer is closed.
        """
        if not self._writes():
            return
        if self._recorder is None and not self._hidden_closed:
            raise _nothing_watched("add_task")
        self._recording().add_task(name, classes, probe)
        if self._watched is not None:
            self._watched.begin_task()

    def add_probe(self, probe: Probe) -> None:
        """Names the samples that ``add_activations`` and ``add_projection`` are about; ``watch`` does so itself.

        Args:
            probe: The samples, in the order of the rows.

        Raises:
            HiddenError: Another number of samples was logged before, or the log directory cannot be written.
        """
        if self._writes():
            self._recording().set_probe(probe)

    def add_activations(
        self,
        layer: str,
        activations: Any,
        step: int,
        *,
        logits: Any = None,
        head: tuple[Any, Any] | None = None,
        labels: Any = None,
        selected: Any = None,
        method: str | None = "hidden",
    ) -> None:
        """Logs activations that you have at hand, and has their map drawn.

        Args:
            layer: A name for them.
            activations: [N, D], a tensor or array, one row for each sample.
            step: The epoch or global step.
            logits: [N, C], for predictions and the landscape.
            head: Weight [C, D] and bias [C] of the linear map from the activations to the logits.
            labels: [N] class numbers; needed once, unless ``add_probe`` was called.
            selected: As for ``add_hidden``.
            method: As for ``watch``.

        Raises:
            HiddenError: Shapes, lengths or dtypes are wrong, the step goes backwards, or the directory cannot be
                written.
        """
        if not self._writes():
            return
        step, rows = as_step(step), matrix("activations", activations)
        outputs = None if logits is None else matrix("logits", logits, rows=len(rows))
        arrays = {} if head is None else linear_head(head, rows.shape[1], outputs)
        recorder = self._recording()
        recorder.check_step(layer, step)
        if method is not None:
            get_method(method)
        self._require_probe(rows, labels)
        if selected is not None:
            recorder.add_selection(selected, step)
        if method is not None:
            recorder.maps.start(method)
        kind = HeadData("linear", arrays) if arrays else HeadData("none")
        no_logits = "" if outputs is not None else "The activations were logged without logits."
        snapshot = Snapshot(layer, int(step), rows, outputs, kind, no_logits)
        self._tell(self._log(recorder, snapshot, method is not None))

    def add_projection(self, layer: str, positions: Any, step: int, *, logits: Any = None, labels: Any = None) -> None:
        """Logs a map that you computed: it is shown as it is, without faithfulness or landscape.

        Args:
            layer: A name for it.
            positions: [N, 2], a tensor or array, one row for each sample.
            step: The epoch or global step.
            logits: [N, C], for predictions.
            labels: [N] class numbers; needed once, unless ``add_probe`` was called.

        Raises:
            HiddenError: As ``add_activations``.
        """
        if not self._writes():
            return
        step, places = as_step(step), matrix("positions", positions, columns=2)
        outputs = None if logits is None else matrix("logits", logits, rows=len(places))
        recorder = self._recording()
        recorder.check_step(layer, step)
        self._require_probe(places, labels)
        recorder.add_frame(logged_frame(layer, int(step), places, outputs))

    def add_outcomes(self, ids: Any, predictions: Any, labels: Any = None, *, global_step: int) -> None:
        """Logs what the model answered, as of a whole validation set; of a step logged twice the last call counts.

        Args:
            ids: An integer or string for each of N samples, which need not be in the probe.
            predictions: [N] class numbers.
            labels: [N] class numbers, -1 for none; needed the first time that an id comes to this writer.
            global_step: The epoch or global step, as for ``add_hidden``.

        Raises:
            HiddenError: Lengths or types are wrong, ids repeat, an id has no label yet or another one, the step goes
                backwards, or the directory cannot be written.
        """
        if self._writes():
            self._recording().add_outcomes(ids, predictions, labels, as_step(global_step))

    def close(self) -> None:
        """Draws the maps that are still to come, with a progress line, and closes the log.

        A script that ends without it, or drops its writer, has its maps drawn all the same.
        """
        if self._estate is not None and not self._estate.ours:
            return  # a forked child ends, and the log is its parent's
        if self._estate is not None:
            if self._recorder is None and self._estate.inherited and not self._hidden_closed:
                self._recording()
            closed(self._estate)
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            self._hidden_closed = True
            if self._watched is not None:
                self._watched.close()
            try:
                with ProgressLine() as progress:
                    recorder.close(progress)
            finally:
                super().close()
                self._listeners.close()
            return
        super().close()

    def _writes(self) -> bool:
        """Whether this process writes the log: that of rank 0 does, and no child that was forked from it."""
        if self._estate is not None and not self._estate.ours:
            self._get_file_writer().mute()
            return False
        distributed = torch.distributed
        return not (distributed.is_available() and distributed.is_initialized()) or distributed.get_rank() == 0

    def _log(self, recorder: Recorder, snapshot: Snapshot, project: bool) -> Sequence[Alert]:
        # As deep below the caller as what is captured is logged, for the line that warnings name.
        rate = None if self._watched is None else self._watched.rate
        return recorder.add_snapshots([snapshot], 0.0, project=project, rate=rate)

    def _tell(self, alerts: Sequence[Alert]) -> None:
        if alerts:
            if self._watched is not None:
                self._watched.hear(alerts)
            self._listeners.tell(alerts, None if self._recorder is None else self._recorder.probe)

    def _get_file_writer(self) -> Any:
        if self._estate is None:
            # A script that ends without close() still gets its last maps.
            self._estate = Estate(os.path.realpath(os.fspath(self.log_dir)), weakref.ref(self))
            opened(self._estate)
            weakref.finalize(self, dropped, self._estate).atexit = False
        events = super()._get_file_writer()
        self._estate.files, self._estate.purged_from = self.all_writers or {}, self._purged_from
        return events

    def _recording(self) -> Recorder:
        if self._hidden_closed:
            raise HiddenError(
                "the writer is closed",
                expected="calls before close()",
                got="one after it",
                fix="Open another SummaryWriter on the same directory to go on.",
            )
        if self._recorder is None:
            log_dir = os.fspath(self.log_dir)
            if "://" in log_dir:
                raise HiddenError(
                    "hidden layers are logged to local directories only",
                    expected="a path on this machine",
                    got=log_dir,
                    fix="Log locally and copy the directory; TensorBoard reads it from anywhere.",
                )
            self._get_file_writer()
            assert self._estate is not None
            self._recorder = self._estate.record()
        return self._recorder

    def _require_probe(self, rows: FloatArray, labels: Any) -> None:
        recorder = self._recording()
        if recorder.probe is None or labels is not None:
            probe = Probe(torch.from_numpy(rows), size=len(rows), labels=labels)
            # The same labels at every step are one probe, and one with ids and pictures is not replaced by them.
            if recorder.probe is None or not np.array_equal(recorder.probe.labels, probe.labels):
                recorder.set_probe(probe)


def _nothing_watched(method: str) -> HiddenError:
    return HiddenError(
        "nothing is watched",
        expected=f"a call of watch(model, probe) before {method}",
        got="none",
        fix="Add writer.watch(model, hidden.Probe(dataset)) before the training loop.",
    )
