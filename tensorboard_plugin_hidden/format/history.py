"""Which of the records of a run count, after resumes, abandoned branches and steps logged twice. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tensorboard_plugin_hidden.format.alerts import Alert, HealthRecord, TaskRecord
from tensorboard_plugin_hidden.format.schema import (
    AnswersRecord,
    EndRecord,
    FrameRecord,
    ParametersRecord,
    ProbeRecord,
    Record,
    SelectedRecord,
    SessionRecord,
    SnapshotRecord,
)


@dataclass(slots=True)
class History:
    """The records of a run that count.

    Attributes:
        sessions: Sessions in order of time.
        probe: The newest probe, or None.
        snapshots: By layer in order of first appearance, then by step, ascending.
        selected: What an active learner chose, by step, ascending.
        frames: By layer, then by method, then by step, ascending. A frame counts when its snapshot does.
        parameters: Rows of the training log, in the order in which they were logged.
        answers: What changed of the answers, in the order in which it was logged; steps logged twice are both there.
        health: What was measured, by layer, ``""`` for the network, then by step, ascending.
        alerts: In the order in which they were raised.
        tasks: One record for each name: those that have begun, in order, then those that are still to come.
        closed: Whether the newest writer was closed.
    """

    sessions: list[Record] = field(default_factory=list)
    probe: Record | None = None
    snapshots: dict[str, dict[int, Record]] = field(default_factory=dict)
    selected: dict[int, Record] = field(default_factory=dict)
    frames: dict[str, dict[str, dict[int, Record]]] = field(default_factory=dict)
    parameters: list[Record] = field(default_factory=list)
    answers: list[Record] = field(default_factory=list)
    health: dict[str, dict[int, Record]] = field(default_factory=dict)
    alerts: list[Record] = field(default_factory=list)
    tasks: list[Record] = field(default_factory=list)
    closed: bool = False


def current(records: Iterable[Record]) -> History:
    """Sorts out what a run's records mean.

    A later session hides what earlier ones logged at or after the step where it takes up: its ``purge_step`` when it
    was given one, else the first step it logged. Within what remains the last write of a (layer, step) wins.

    Args:
        records: All records of the run, and of its projection sub-run, in any order.
    """
    ordered = sorted(records, key=lambda record: record.version)
    history = History()
    steps: dict[str, list[Record]] = {}
    frames: list[tuple[Record, FrameRecord]] = []
    besides: list[Record] = []
    ended: set[str] = set()
    for record in ordered:
        match record.body:
            case SessionRecord():
                history.sessions.append(record)
            case ProbeRecord():
                history.probe = record
            case EndRecord():
                ended.add(record.version.session)
            case SnapshotRecord() | SelectedRecord() | AnswersRecord():
                steps.setdefault(record.version.session, []).append(record)
            case FrameRecord() as frame:
                frames.append((record, frame))
                if not frame.snapshot:
                    steps.setdefault(record.version.session, []).append(record)
            case ParametersRecord() | Alert() | HealthRecord() | TaskRecord():
                besides.append(record)
    limits = _limits(history.sessions, steps)
    shown: set[str] = set()
    for session, logged in steps.items():
        limit = limits.get(session, float("inf"))
        for record in logged:
            if record.step >= limit:
                continue
            shown.add(str(record.version))
            if isinstance(record.body, SnapshotRecord):
                history.snapshots.setdefault(record.body.layer, {})[record.step] = record
            elif isinstance(record.body, SelectedRecord):
                history.selected[record.step] = record
            elif isinstance(record.body, AnswersRecord):
                history.answers.append(record)
    _add_besides(
        history, [record for record in besides if record.step < limits.get(record.version.session, float("inf"))]
    )
    last = {str(record.version) for by_step in history.snapshots.values() for record in by_step.values()}
    for record, frame in frames:
        if frame.snapshot in last or (not frame.snapshot and str(record.version) in shown):
            history.frames.setdefault(frame.layer, {}).setdefault(frame.method, {})[frame.step] = record
    _sort_steps(history)
    writers = [record.version.session for record in history.sessions]
    history.closed = bool(writers) and writers[-1] in ended
    return history


def _limits(sessions: list[Record], steps: dict[str, list[Record]]) -> dict[str, float]:
    """The step from which each session's records are hidden by a later one."""
    limits: dict[str, float] = {}
    cut = float("inf")
    known = {record.version.session: record.body for record in sessions}
    for session in sorted(known.keys() | steps.keys(), reverse=True):
        limits[session] = cut
        body = known.get(session)
        begins = min((record.step for record in steps.get(session, [])), default=float("inf"))
        if isinstance(body, SessionRecord) and body.purge_step is not None:
            begins = body.purge_step
        cut = min(cut, begins)
    return limits


def _add_besides(history: History, records: list[Record]) -> None:
    """Takes what is logged beside snapshots, and never says where a session takes up."""
    tasks: dict[str, Record] = {}
    for record in records:
        match record.body:
            case ParametersRecord():
                history.parameters.append(record)
            case Alert():
                history.alerts.append(record)
            case HealthRecord() as health:
                history.health.setdefault(health.layer, {})[health.step] = record
            case TaskRecord() as task:
                known = tasks.get(task.name)
                # A resumed script declares its tasks once more; each began when it first did.
                if known is None or not _begun(known):
                    tasks[task.name] = record
    history.tasks = sorted(tasks.values(), key=lambda record: (not _begun(record), record.step, record.version))


def _begun(record: Record) -> bool:
    return isinstance(record.body, TaskRecord) and record.body.begun


def _sort_steps(history: History) -> None:
    history.selected = dict(sorted(history.selected.items()))
    for layer, by_step in history.snapshots.items():
        history.snapshots[layer] = dict(sorted(by_step.items()))
    for layer, by_step in history.health.items():
        history.health[layer] = dict(sorted(by_step.items()))
    for methods in history.frames.values():
        for method, by_step in methods.items():
            methods[method] = dict(sorted(by_step.items()))


def so_far(by_step: Mapping[int, Record], step: int) -> list[Record]:
    """A layer's snapshots up to the one at ``step``, in order, without those that were written after it.

    Args:
        by_step: Of ``History.snapshots``.
        step: One of its steps.
    """
    last = by_step[step].version
    return [record for at, record in by_step.items() if at <= step and record.version <= last]


def waiting(history: History, method: str) -> list[Record]:
    """The snapshots that ``method`` has no frame of yet, in order of step."""
    open_: list[Record] = []
    for layer, by_step in history.snapshots.items():
        done = history.frames.get(layer, {}).get(method, {})
        open_ += [record for step, record in by_step.items() if step not in done]
    return sorted(open_, key=lambda record: (record.step, record.version))
