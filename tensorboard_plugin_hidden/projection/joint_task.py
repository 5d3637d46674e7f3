"""Joint maps from the files of several runs: which steps and samples they share, and what is drawn already."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.arrays import ids_of
from tensorboard_plugin_hidden.format.frame_codec import encode_frame, frame_record, position_bounds, quantise
from tensorboard_plugin_hidden.format.history import History
from tensorboard_plugin_hidden.format.payload import resolve
from tensorboard_plugin_hidden.format.schema import FrameRecord, Record, SnapshotRecord
from tensorboard_plugin_hidden.projection.chain import as_stored, taken_up
from tensorboard_plugin_hidden.projection.frame import Drawn
from tensorboard_plugin_hidden.projection.joint import SUFFIX, Member, draw_joint, joined
from tensorboard_plugin_hidden.projection.methods import get_method
from tensorboard_plugin_hidden.projection.offline import LeftOut, Map, Outcome, RunFiles, require_layers, stands_in
from tensorboard_plugin_hidden.projection.protocol import Previous
from tensorboard_plugin_hidden.projection.resume import stored_positions


@dataclass(frozen=True, slots=True)
class JointTask:
    """The joint maps that some layers of one run, or one layer of some runs, lack.

    Attributes:
        members: Run directory and layer of each; the first one sets the axes.
        names: By which people tell them apart.
        method: Name of a projection method that draws step by step.
        expected: How many frames were missing when the task was made.
    """

    members: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    method: str
    expected: int

    @property
    def name(self) -> str:
        """All members."""
        return f"{joined(self.names)} jointly"

    def outcomes(self) -> Iterator[Outcome]:
        """Draws step after step, a frame for each member."""
        runs = _Runs({run: RunFiles(run) for run, _ in self.members}, self.members, self.names, self.method)
        method = get_method(self.method)
        before: tuple[int, list[Previous | None]] | None = None
        for step in runs.waiting():
            loaded = [runs.files[run].snapshot(runs.record(place, step)) for place, (run, _) in enumerate(self.members)]
            lost = next((item for item in loaded if isinstance(item, LeftOut)), None)
            if lost is not None:
                yield lost
                continue
            last = runs.last_drawn(step)
            if last is not None and (before is None or before[0] < last):
                before = last, runs.taken_up(last)
            members = [
                Member(name, runs.ids(place, step), snapshot)
                for place, (name, snapshot) in enumerate(zip(self.names, loaded, strict=True))
                if not isinstance(snapshot, LeftOut)
            ]
            drawn = draw_joint(members, before[1] if before else [None] * len(members), method)
            bounds = position_bounds(np.concatenate([item.frame.positions for item in drawn]))
            if any(item.following is not None for item in drawn):
                before = step, [_following(item, bounds) for item in drawn]
            for place, item in enumerate(drawn):
                shown = runs.record(place, step)
                record = frame_record(item.frame, str(shown.version))
                arrays = encode_frame(item.frame) | {"positions": quantise(item.frame.positions, bounds)}
                run_dir = self.members[place][0]
                yield Map(run_dir, replace(record, bounds=bounds), arrays, stands_in=stands_in(shown, record))


def joint_tasks(
    run_dirs: Sequence[str], method: str, layers: tuple[str, ...] = ()
) -> tuple[list[JointTask], list[LeftOut]]:
    """What there is to draw jointly: each layer over several runs, or several layers of one run.

    Args:
        run_dirs: The runs' directories.
        method: Name of a projection method that draws step by step.
        layers: Names of the layers; all that the runs share when empty.

    Returns:
        The tasks, and what cannot be drawn jointly, because not all members have it.

    Raises:
        HiddenError: There is no such run, method or layer, a method looks at all steps at once, or there are not two
            members.
    """
    get_method(method)
    runs = list(dict.fromkeys(os.path.normpath(run) for run in run_dirs))
    files = {run: RunFiles(run) for run in runs}
    histories = {run: of_run.history() for run, of_run in files.items()}
    for run, history in histories.items():
        require_layers(run, history, layers)
    everywhere = [
        layer for layer in histories[runs[0]].snapshots if all(layer in h.snapshots for h in histories.values())
    ]
    chosen = list(layers or everywhere)
    if len(runs) > 1:
        short = _short_names(runs)
        groups = [(tuple((run, layer) for run in runs), tuple(short)) for layer in chosen]
    else:
        groups = [(tuple((runs[0], layer) for layer in chosen), tuple(chosen))]
    if not groups or len(groups[0][0]) < 2:
        raise HiddenError(
            "a joint map needs at least two members",
            expected="a layer that several runs have, or several layers of one run",
            got=f"{len(runs)} run{'s' * (len(runs) > 1)} with {len(everywhere)} layers in common",
            fix="Name two runs that log the same layer, or one run and --layer twice.",
        )
    left_out = []
    if not layers:
        partial = sorted({layer for history in histories.values() for layer in history.snapshots} - {*everywhere})
        left_out += [LeftOut(f"Not all runs have the layer {layer}.") for layer in partial]
    tasks = []
    for members, names in groups:
        steps = [set(histories[run].snapshots[layer]) for run, layer in members]
        lonely = len(set[int]().union(*steps) - steps[0].intersection(*steps))
        if lonely:
            some = f"{lonely} step{'s' * (lonely > 1)} of {joined(names)}"
            left_out.append(LeftOut(f"No joint map of {some} that not all of them have."))
        missing = _Runs(files, members, names, method).waiting()
        if missing:
            tasks.append(JointTask(members, names, method, len(missing) * len(members)))
    return tasks, left_out


class _Runs:
    """The members' files, as they are now."""

    def __init__(
        self, files: Mapping[str, RunFiles], members: Sequence[tuple[str, str]], names: Sequence[str], method: str
    ) -> None:
        self.files = files
        self._members = members
        self._histories: Mapping[str, History] = {run: of_run.history() for run, of_run in files.items()}
        self._records = {
            run: {str(record.version): record for record in of_run.records} for run, of_run in files.items()
        }
        self._ids: dict[tuple[str, str], tuple[int | str, ...]] = {}
        frames = [self._joint_frames(place, joined(names), method + SUFFIX) for place in range(len(members))]
        self._frames = {step: [own[step] for own in frames] for step in set.intersection(*map(set, frames))}

    def record(self, place: int, step: int) -> Record:
        """The record of a member's snapshot."""
        run, layer = self._members[place]
        return self._histories[run].snapshots[layer][step]

    def waiting(self) -> list[int]:
        """The steps that all members have and that were not drawn with just these members."""
        common = set.intersection(*[set(self._histories[run].snapshots[layer]) for run, layer in self._members])
        return sorted(common - set(self._frames))

    def last_drawn(self, step: int) -> int | None:
        """The nearest step before that was drawn when the files were read."""
        return max((drawn for drawn in self._frames if drawn < step), default=None)

    def taken_up(self, step: int) -> list[Previous | None]:
        """What that step's frames hand on; None for a member whose frame cannot be read."""
        handed: list[Previous | None] = []
        for place, (run, _) in enumerate(self._members):
            files = self.files[run]
            snapshot = files.snapshot(self.record(place, step))
            try:
                positions = stored_positions(self._frames[step][place], files.payloads, files.store)
            except HiddenError:
                handed.append(None)
                continue
            if isinstance(snapshot, LeftOut) or not np.isfinite(positions).any():
                handed.append(None)
            else:
                handed.append(taken_up(positions, snapshot))
        return handed

    def ids(self, place: int, step: int) -> tuple[int | str, ...]:
        """The ids of a snapshot's samples: those of its probe, else their numbers."""
        run, _ = self._members[place]
        body = self.record(place, step).body
        assert isinstance(body, SnapshotRecord)
        if not body.probe:
            return tuple(range(body.count))
        if (run, body.probe) not in self._ids:
            files, record = self.files[run], self._records[run][body.probe]
            arrays = resolve(record, files.payloads[body.probe], files.store)
            self._ids[run, body.probe] = tuple(ids_of(arrays["samples"]))
        return self._ids[run, body.probe]

    def _joint_frames(self, place: int, names: str, method: str) -> dict[int, Record]:
        run, layer = self._members[place]
        frames = self._histories[run].frames.get(layer, {}).get(method, {})
        return {
            step: record
            for step, record in frames.items()
            if isinstance(record.body, FrameRecord) and record.body.settings.get("joint") == names
        }


def _following(drawn: Drawn, bounds: tuple[float, float, float, float]) -> Previous | None:
    return None if drawn.following is None else as_stored(drawn.frame, drawn.following, bounds)


def _short_names(runs: Sequence[str]) -> list[str]:
    """The runs' directories without what all of them begin with.

    >>> _short_names(["logs/a/cnn", "logs/b/cnn"])
    ['a/cnn', 'b/cnn']
    """
    common = os.path.commonpath([os.path.dirname(os.path.abspath(run)) for run in runs])
    return [os.path.relpath(os.path.abspath(run), common) for run in runs]
