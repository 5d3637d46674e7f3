"""What the example's story says of forgetting is so, and what watches over it says the same."""

import runpy
from pathlib import Path

import numpy as np
import pytest

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.export.history import read_layer
from tensorboard_plugin_hidden.format.alerts import Alert, TaskRecord
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.reader import RunReader

EXAMPLE = Path(__file__).parents[2] / "examples" / "split_digits.py"
LAYER, NETWORK = "5:input", ""
EPOCHS = 5


class WithoutMaps(hidden.SummaryWriter):
    """Draws no maps: they take most of the time, and nothing here looks at one."""

    def watch(self, model, probe, **options):
        """As ever, but for the maps."""
        super().watch(model, probe, method=None, **options)


class Run:
    """What one run of the example logged."""

    def __init__(self, run_dir: Path, **options: object) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(hidden, "SummaryWriter", WithoutMaps)
            runpy.run_path(str(EXAMPLE))["main"](str(run_dir), **options)
        reader = RunReader(str(run_dir))
        history = current(item.record for item in reader.poll())
        self.layer = read_layer(str(run_dir))
        self.health = reader.health()
        self.tasks = [record.body for record in history.tasks if isinstance(record.body, TaskRecord)]
        self.alerts = [record.body for record in history.alerts if isinstance(record.body, Alert)]

    def of(self, measure: str, task: str, layer: str = LAYER) -> np.ndarray:
        """A measure of a task at each step."""
        log = self.health[layer]
        return log.task_measures[measure][:, log.tasks.index(task)]

    def final(self, name: str) -> float:
        """Accuracy on a task at the end."""
        return float(self.of("accuracy", name, NETWORK)[-1])

    @property
    def average_accuracy(self) -> float:
        """Mean over both tasks at the end."""
        return (self.final("0-4") + self.final("5-9")) / 2

    @property
    def forgetting(self) -> float:
        """What the first task lost since the second began."""
        return float(self.of("accuracy", "0-4", NETWORK)[EPOCHS]) - self.final("0-4")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Digits 0 to 4, then 5 to 9: by three strategies, and naively with a learning rate that overwrites everything."""
    directory = tmp_path_factory.mktemp("split_digits")
    options = {name: {"strategy": name} for name in ("naive", "replay", "ewc")} | {"hot": {"later_rate": 0.03}}
    return {name: Run(directory / name, epochs=EPOCHS, setting="halves", **chosen) for name, chosen in options.items()}


def test_the_tasks_are_logged_as_they_were_learned(runs):
    first, second = runs["naive"].tasks
    assert (first.name, first.step, first.classes) == ("0-4", 1, (0, 1, 2, 3, 4))
    assert (second.name, second.step, second.classes) == ("5-9", EPOCHS + 1, (5, 6, 7, 8, 9))
    assert runs["naive"].health[NETWORK].steps.tolist() == list(range(2 * EPOCHS + 1))


def test_naive_training_forgets_at_once_and_the_alert_says_so(runs):
    run = runs["naive"]
    accuracy = run.of("accuracy", "0-4", NETWORK)
    assert accuracy[EPOCHS] > 0.95
    assert accuracy[EPOCHS + 1] < 0.1
    assert not [alert for alert in run.alerts if alert.step <= EPOCHS], "the first task is learned in peace"
    found = [alert for alert in run.alerts if alert.step == EPOCHS + 1 and alert.rule in ("forgetting", "merging")]
    assert found, "one snapshot after the switch"
    named = next(alert for alert in found if alert.task == "0-4")
    old, new = named.classes
    assert old <= 4 < new
    # The confusion matrix shows the pair: no old class is taken for a new one more often.
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (run.layer.samples.labels, run.layer.predictions[EPOCHS + 1]), 1)
    assert confusion[old, new] == confusion[:5, 5:].max() > 20


def test_the_head_forgets_and_the_representation_does_not(runs):
    run = runs["naive"]
    assert run.of("accuracy", "0-4", NETWORK)[-1] < 0.05
    assert run.of("probe_accuracy", "0-4")[-1] > 0.9
    assert run.of("agreement", "0-4")[-1] > 0.85
    assert run.of("drift", "0-4")[-1] < 0.6


def test_what_overwrites_the_representation_brings_the_probe_down(runs):
    """To accuracy both are the same: the old task is lost, the new one is learned."""
    hot, naive = runs["hot"], runs["naive"]
    assert hot.of("accuracy", "0-4", NETWORK)[-1] < 0.05
    assert hot.of("accuracy", "5-9", NETWORK)[-1] > 0.8
    assert hot.of("probe_accuracy", "0-4")[EPOCHS] > 0.95
    assert hot.of("probe_accuracy", "0-4")[-1] < 0.8
    assert hot.of("agreement", "0-4")[-1] < 0.75
    assert hot.of("drift", "0-4")[-1] > naive.of("drift", "0-4")[-1] + 0.15
    fired = {name: {alert.measure for alert in runs[name].alerts if alert.rule == "forgetting"} for name in runs}
    assert fired["hot"] >= {"accuracy", "probe_accuracy"}
    assert fired["naive"] == {"accuracy"}
    assert fired["replay"] == set()


def test_replay_remembers_and_ewc_hardly_does_where_classes_are_new(runs):
    assert runs["naive"].average_accuracy < 0.55
    assert runs["replay"].average_accuracy > 0.85
    assert runs["replay"].forgetting < 0.2
    # Whatever holds the weights, the outputs of digits that are no longer shown are pushed down.
    assert runs["naive"].average_accuracy - 0.1 < runs["ewc"].average_accuracy < runs["replay"].average_accuracy


def test_unseen_tasks_can_be_told_apart_after_the_first(runs):
    unseen = runs["naive"].of("probe_accuracy", "5-9")
    assert unseen[EPOCHS] > 0.6, "chance is 0.2"
    assert unseen[-1] > unseen[EPOCHS], "it is learned later"


def test_tasks_that_share_their_classes(tmp_path):
    """Odd or even, five times over: every task has both classes."""
    run = Run(tmp_path / "domain", epochs=1, setting="domain", strategy="ewc")
    assert [(task.name, task.step, task.classes) for task in run.tasks] == [
        (f"{digit}-{digit + 1}", 1 + digit // 2, (0, 1)) for digit in range(0, 10, 2)
    ]
    assert sum(task.count for task in run.tasks) == 899
    assert run.of("accuracy", "0-1", NETWORK)[1] > 0.9
    assert np.isfinite(run.of("probe_accuracy", "8-9")).all()
