"""``hidden project``: frames from a run's files alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

import click

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.notices import say

if TYPE_CHECKING:
    from tensorboard_plugin_hidden.format.journal import Journal
    from tensorboard_plugin_hidden.format.log_file import EventLog
    from tensorboard_plugin_hidden.projection.fanout import Failure, Workforce
    from tensorboard_plugin_hidden.projection.offline import LeftOut, Map, Outcome, Task


@click.command()
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False))
@click.option("--method", default="hidden", show_default=True, help="Projection method.")
@click.option("--layer", "layers", multiple=True, metavar="NAME", help="Only this layer; may be given several times.")
@click.option("--joint", is_flag=True, help="One map for all runs, or for several layers of one run.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes, of one thread each.")
@click.option(
    "--ray",
    is_flag=False,
    flag_value="local",
    metavar="[ADDRESS]",
    help="Draw on a Ray cluster; without an address on one that is started here. Write it after the runs.",
)
@click.option(
    "--trust-programs",
    is_flag=True,
    help="Run the programs that the RUNs hold, which are code, whoever stored them. Only of runs that you know.",
)
@click.option("--follow", is_flag=True, help="Go on as training logs more, until its writer is closed.")
def project(
    runs: tuple[str, ...],
    method: str,
    layers: tuple[str, ...],
    joint: bool,
    jobs: int | None,
    ray: str | None,
    trust_programs: bool,
    follow: bool,
) -> None:
    """Draw the maps that each RUN lacks, from the snapshots it holds.

    RUN is the directory that was given to SummaryWriter. What is drawn is written beside the run's own event file, so
    training may go on meanwhile. What is there already is not drawn again: after an interruption, run the same command.

    Methods that look at all steps at once (timevis, aligned_umap) draw all maps of a layer anew when one is missing.

    With --joint the maps of several runs can be compared place by place: samples of the same ids are matched, the
    networks' axes are turned onto those of the first run, and all samples are laid out together, at the steps that all
    runs have. With one run its layers share the map. Joint maps lie beside the others, as METHOD+joint.

    Where the way from a layer to the logits is more than one linear map, it is stored as a program. A program is code:
    it is run where it is proved that you stored it, on a machine with your key, or with --trust-programs. Else the
    landscape is that of a head fitted to the logits, labelled so.

    With --jobs N or --ray every layer of every run is drawn by one process, many of them at once. All machines of a Ray
    cluster must see the runs at the same paths.
    """
    from tensorboard_plugin_hidden.projection.offline import Map
    from tensorboard_plugin_hidden.projection.source import TRUST_PROGRAMS

    # For the processes that are started, and whatever was set before: only the option is the user's word.
    os.environ[TRUST_PROGRAMS] = str(int(trust_programs))
    layers = tuple(dict.fromkeys(layers))
    if follow:
        _refuse_following(runs, method, joint, jobs, ray)
        _follow(runs[0], method, layers)
        return
    tasks, left_out = _planned(runs, method, layers, joint)
    tally = _Tally()
    for note in left_out:
        tally.count(note)
    if not tasks:
        tally.say(f"Every snapshot of {', '.join(runs)} has its map by method {_spelled(method, joint)!r}.")
        return
    with _Outlets() as outlets, _bar(tasks) as advance:

        def deliver(outcome: Outcome | Failure) -> None:
            tally.count(outcome)
            if isinstance(outcome, Map):
                outlets.write(outcome)
            advance()

        _draw(tasks, deliver, jobs, ray)
    tally.say(f"{tally.drawn} {'map' if tally.drawn == 1 else 'maps'} drawn by method {_spelled(method, joint)!r}.")
    if tally.failed:
        sys.exit(1)


def _planned(
    runs: Sequence[str], method: str, layers: tuple[str, ...], joint: bool
) -> tuple[Sequence[Task], list[LeftOut]]:
    """What is missing, and what cannot be drawn."""
    from tensorboard_plugin_hidden.projection.joint_task import joint_tasks
    from tensorboard_plugin_hidden.projection.offline import layer_tasks

    if joint:
        return joint_tasks(runs, method, layers)
    unique = dict.fromkeys(str(Path(run)) for run in runs)
    return [task for run in unique for task in layer_tasks(run, method, layers)], []


def _draw(
    tasks: Sequence[Task], deliver: Callable[[Outcome | Failure], None], jobs: int | None, ray: str | None
) -> None:
    from tensorboard_plugin_hidden.projection.fanout import draw_here, fan_out, processes, ray_cluster

    if ray is None and jobs is None:
        draw_here(tasks, deliver)
        return
    workforce: Workforce
    with ray_cluster(ray, jobs) if ray is not None else processes(jobs or 1) as workforce:
        fan_out(tasks, deliver, workforce)


def _refuse_following(runs: Sequence[str], method: str, joint: bool, jobs: int | None, ray: str | None) -> None:
    from tensorboard_plugin_hidden.projection.methods import RUN_METHODS

    if method in RUN_METHODS:
        raise HiddenError(
            f"the method {method} looks at all steps at once",
            expected="a run that is over",
            got="--follow",
            fix="Leave --follow out once training has ended.",
        )
    if len(runs) > 1 or joint or jobs is not None or ray is not None:
        raise HiddenError(
            "--follow draws one run, in one process, as it grows",
            expected="one run, without --joint, --jobs and --ray",
            got="more than that",
            fix="Start one such command for each run.",
        )


def _follow(run: str, method: str, layers: tuple[str, ...]) -> None:
    from tensorboard_plugin_hidden.projection.offline import Map, OfflineProjection

    projection, tally = OfflineProjection(run, method, layers), _Tally()
    with _Outlets() as outlets:

        def deliver(outcome: Outcome) -> None:
            tally.count(outcome)
            if isinstance(outcome, Map):
                outlets.write(outcome)
                click.echo(f"layer {outcome.record.layer}, step {outcome.record.step} drawn")

        projection.follow(deliver)
    tally.say(f"{tally.drawn} {'map' if tally.drawn == 1 else 'maps'} drawn by method {method!r}.")


def _spelled(method: str, joint: bool) -> str:
    from tensorboard_plugin_hidden.projection.joint import SUFFIX

    return method + SUFFIX * joint


@contextmanager
def _bar(tasks: Sequence[Task]) -> Iterator[Callable[[], None]]:
    """A progress bar over all maps of all tasks, and what moves it on by one."""
    label = f"projecting {tasks[0].name}" if len(tasks) == 1 else f"projecting {len(tasks)} layers"
    with click.progressbar(length=sum(task.expected for task in tasks), label=label, show_pos=True) as bar:
        yield lambda: bar.update(1)


class _Outlets:
    """Where maps are written: an event file for each run, made when the first of its maps comes."""

    def __init__(self) -> None:
        self._journals: dict[str, tuple[Journal, EventLog]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def write(self, drawn: Map) -> None:
        """Writes one map to its run, so that it is there whatever happens next."""
        journal, events = self._journals.get(drawn.run_dir) or self._opened(drawn.run_dir)
        journal.write(drawn.record, drawn.arrays)
        events.flush()

    def _opened(self, run_dir: str) -> tuple[Journal, EventLog]:
        from tensorboard_plugin_hidden.format.constants import ASSETS_DIR
        from tensorboard_plugin_hidden.format.journal import Journal
        from tensorboard_plugin_hidden.format.log_file import EventLog
        from tensorboard_plugin_hidden.format.summaries import event

        # Its own event file in its own directory: a second one beside the run's would make TensorBoard's Python loader
        # drop what training logs from then on.
        events = self._stack.enter_context(closing(EventLog(os.path.abspath(Path(run_dir, ASSETS_DIR)))))
        journal = Journal(run_dir, lambda summary, step: events.add_event(event(summary, step)))
        self._journals[run_dir] = journal, events
        return journal, events


@dataclass
class _Tally:
    """What was drawn, what was left out, what failed."""

    drawn: int = 0
    stand_ins: int = 0
    left_out: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def count(self, outcome: Outcome | Failure) -> None:
        """Takes note of an outcome; a snapshot that was tried twice is left out once."""
        from tensorboard_plugin_hidden.projection.fanout import Failure
        from tensorboard_plugin_hidden.projection.offline import Map

        if isinstance(outcome, Map):
            self.drawn += 1
            self.stand_ins += outcome.stands_in
        elif isinstance(outcome, Failure):
            self.failed.append(f"{outcome.task}: {outcome.reason}")
        elif outcome.reason not in self.left_out:
            self.left_out.append(outcome.reason)

    def say(self, first: str) -> None:
        """Ends the command's output: what was left out and what failed, one line each, goes to stderr."""
        if self.stand_ins:
            say(
                f"{self.stand_ins} of the landscapes {'is' if self.stand_ins == 1 else 'are'} of a head fitted to the "
                "logits: stored programs run where it is proved that you stored them, or with --trust-programs."
            )
        for line in self.left_out:
            click.echo(f"left out: {line}", err=True)
        for line in self.failed:
            click.echo(f"failed: {line}", err=True)
        missed = [
            f"{len(lines)} {word}" for word, lines in (("left out", self.left_out), ("failed", self.failed)) if lines
        ]
        click.echo(" ".join([first, *([f"({', '.join(missed)})"] if missed else [])]))
