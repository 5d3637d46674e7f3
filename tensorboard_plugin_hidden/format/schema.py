"""The records: what each event says about itself in ``plugin_data.content``. JSON in and out, nothing else.

Every write has its own tag, and so its own record: TensorBoard keeps only the first metadata of a tag.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.alerts import Alert, HealthRecord, TaskRecord
from tensorboard_plugin_hidden.format.codec import newer_format
from tensorboard_plugin_hidden.format.constants import FORMAT_VERSION
from tensorboard_plugin_hidden.format.fields import Most, Name, read_fields
from tensorboard_plugin_hidden.format.limits import MOST_RECORD_BYTES, MOST_ROWS, MOST_SAMPLES, MOST_WHOLE
from tensorboard_plugin_hidden.format.references import (
    PayloadRef as PayloadRef,
)
from tensorboard_plugin_hidden.format.references import (
    Pixels,
    Rows,
    Samples,
    Session,
    Width,
)
from tensorboard_plugin_hidden.format.references import (
    Version as Version,
)

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A writer opened the run. ``purge_step`` is the one given to ``SummaryWriter``."""

    KIND: ClassVar[str] = "session"
    software: str
    started: float
    purge_step: int | None = None


@dataclass(frozen=True, slots=True)
class EndRecord:
    """The writer was closed in an orderly way."""

    KIND: ClassVar[str] = "end"


@dataclass(frozen=True, slots=True)
class Tiles:
    """How a sprite is cut: pixels of one tile and tiles to a row."""

    tile_width: Pixels
    tile_height: Pixels
    columns: Annotated[int, Most(MOST_SAMPLES)]


@dataclass(frozen=True, slots=True)
class ProbeRecord:
    """The samples. Arrays: ``samples`` (JSON bytes), ``labels`` i4 [N], ``sprite`` (PNG bytes).

    Attributes:
        count: N.
        classes: Names of the classes.
        thumbnails: How the sprite is cut, or None.
        texts: Whether the samples have texts.
        images: Where the pictures at full size are, or None.
        density: How the size was chosen, see ``Probe.density``; None: it was given.
    """

    KIND: ClassVar[str] = "probe"
    count: Samples
    classes: tuple[str, ...]
    thumbnails: Tiles | None = None
    texts: bool = False
    images: PayloadRef | None = None
    density: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SelectedRecord:
    """Samples that an active learner chose at one step. Arrays: ``rows`` i4 [count], ascending.

    Attributes:
        step: Training step.
        count: How many of them the probe holds.
        total: How many were chosen in all.
    """

    KIND: ClassVar[str] = "selected"
    step: int
    count: Samples
    total: int


@dataclass(frozen=True, slots=True)
class SnapshotRecord:
    """One layer over the probe at one step. Arrays: ``activations`` [N, D], ``logits`` [N, C], ``head.*``.

    Attributes:
        layer: Name of the layer.
        step: Training step.
        count: N.
        width: D.
        head: ``linear``, ``program`` or ``none``.
        program: Where the head's exported program is, when it is one.
        digest: SHA-256 of the program, hexadecimal; empty without one, and in logs from before this was said.
        proof: That the user who reads this stored it, see ``format/proof.py``; empty where none could be made.
        logits: Whether logits are among the arrays; None: a log from before this was said.
        accuracy: Share of labelled samples predicted right, or None.
        nonfinite: Samples with a NaN or Inf among their activations.
        nbytes: Uncompressed bytes of the arrays.
        capture_ms: Milliseconds that training waited for this snapshot.
        probe: Version of the probe record, or empty.
        no_logits: Why there are no logits, as sentences; empty where there are, or where it is not known.
        no_head: Why there are logits but no head of the network's own, as a sentence; else empty.
    """

    KIND: ClassVar[str] = "snapshot"
    layer: Name
    step: int
    count: Samples
    width: Width
    head: Name
    accuracy: float | None
    nonfinite: int
    nbytes: int
    capture_ms: float
    probe: Name = ""
    program: PayloadRef | None = None
    logits: bool | None = None
    no_logits: str = ""
    no_head: str = ""
    digest: Annotated[str, Most(64)] = ""
    proof: Annotated[str, Most(64)] = ""


@dataclass(frozen=True, slots=True)
class FrameRecord:
    """A layer's map at one step. Arrays as in ``docs/http_api.md`` for ``frame`` and ``landscape``.

    Attributes:
        layer: Name of the layer.
        step: Training step.
        method: Projection method.
        settings: What the method was run with.
        bounds: x0, y0, x1, y1 that the positions are quantised over.
        landscape: Which classifier coloured the plane, or None.
        landscape_bounds: Outer edges of the landscape's grid, or None.
        faithfulness: Named numbers; None where one could not be computed.
        reason: Why there is no map, or what is wrong with it.
        seconds: Wall time in seconds.
        cpu_seconds: Processor time in seconds.
        snapshot: Version of the snapshot it shows; empty for positions logged by hand.
    """

    KIND: ClassVar[str] = "frame"
    layer: Name
    step: int
    method: Name
    settings: Mapping[str, Any]
    bounds: Bounds
    landscape: Name | None
    landscape_bounds: Bounds | None
    faithfulness: Mapping[str, float | None]
    reason: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    snapshot: Name = ""


@dataclass(frozen=True, slots=True)
class ParametersRecord:
    """Rows of the training log of weights and gradients, which begin at the payload's row.

    Attributes:
        step: The step of the snapshots that the rows led to; of rows that led to none yet, the one after the last.
        count: How many rows.
        layout: Where the JSON is that names layers, modules and columns.
        first_step: The session's step of the optimizer of the first row; None: a log from before this was said.
        last_step: That of the last row.
        levels: The group of the coarser levels, and the number of the first row in them; None: there are none.
        stored: How many buckets of levels 1, 2, … are there.
    """

    KIND: ClassVar[str] = "parameters"
    step: int
    count: Annotated[int, Most(MOST_ROWS, 1)]
    layout: PayloadRef
    first_step: int | None = None
    last_step: int | None = None
    levels: PayloadRef | None = None
    stored: tuple[Rows, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswersRecord:
    """Which samples were answered otherwise than in the session's record of the set before, from the payload's row on.

    Before a session's first record of a set, none of its samples was seen.

    Attributes:
        set: ``probe``, whose samples are the probe's, or ``outcomes``, whose samples are those of ``members``.
        step: Training step.
        count: How many rows; none need a place in the store.
        samples: Samples of the set so far.
        members: Where their ids and labels are; None for the probe.
    """

    KIND: ClassVar[str] = "answers"
    set: Name
    step: int
    count: Rows
    samples: Samples
    members: PayloadRef | None = None


Body = (
    SessionRecord
    | EndRecord
    | ProbeRecord
    | SelectedRecord
    | SnapshotRecord
    | FrameRecord
    | ParametersRecord
    | AnswersRecord
    | Alert
    | HealthRecord
    | TaskRecord
)
_KINDS: tuple[type[Body], ...] = (
    SessionRecord,
    EndRecord,
    ProbeRecord,
    SelectedRecord,
    SnapshotRecord,
    FrameRecord,
    ParametersRecord,
    AnswersRecord,
    Alert,
    HealthRecord,
    TaskRecord,
)
_BODIES = {body.KIND: body for body in _KINDS}


@dataclass(frozen=True, slots=True)
class Record:
    """One write: who wrote it, what it says, where its arrays are."""

    version: Version
    body: Body
    payload: PayloadRef = field(default_factory=PayloadRef)

    @property
    def tag(self) -> str:
        """The summary's tag: unique, so that no reservoir can drop one record for another."""
        body = self.body
        match body:
            case SnapshotRecord() | FrameRecord():
                return record_tag(body.KIND, self.version, body.layer, body.step)
            case HealthRecord():
                return record_tag(body.KIND, self.version, body.layer or None, body.step)
            case SelectedRecord() | ParametersRecord() | AnswersRecord() | Alert() | TaskRecord():
                return record_tag(body.KIND, self.version, step=body.step)
        return record_tag(body.KIND, self.version)

    @property
    def step(self) -> int:
        """The step to log it under; 0 for records about the whole run."""
        whole_run = SessionRecord | EndRecord | ProbeRecord
        return 0 if isinstance(self.body, whole_run) else self.body.step


def record_tag(kind: str, version: Version, layer: str | None = None, step: int | None = None) -> str:
    """The tag of a record, from what a client knows of it.

    >>> record_tag("frame", Version("ab", 7), "fc1", 12)
    'hidden/frame/fc1/00000012/ab.7'
    """
    place = [] if layer is None else [layer]
    place += [] if step is None else [f"{step:08d}"]
    return "/".join(["hidden", kind, *place, str(version)])


def body_fields(body: Body) -> dict[str, Any]:
    """A body as JSON-able fields; NaN and infinite numbers become None."""
    return {f.name: _plain(getattr(body, f.name)) for f in dataclasses.fields(body)}


def body_from_fields(kind: str, fields: Mapping[str, Any]) -> Body:
    """The inverse of ``body_fields``; unknown fields are ignored.

    Raises:
        HiddenError: Fields are missing or malformed.
    """
    try:
        return read_fields(_BODIES[kind], fields)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise _damaged(f"{kind}, {error}" if isinstance(error, ValueError) else repr(error)) from error


def to_json(record: Record) -> bytes:
    """The record as UTF-8 JSON; NaN and infinite numbers become null.

    Raises:
        HiddenError: No reader would take it, as when a name is too long.
    """
    fields = body_fields(record.body)
    try:
        read_fields(type(record.body), fields)
    except ValueError as error:
        raise HiddenError(
            "a record cannot be logged",
            expected=f"a record of the kind {record.body.KIND} as docs/format.md describes it",
            got=str(error)[:300],
            fix="Give it a shorter name, or what it asks for.",
        ) from error
    head = {
        "v": FORMAT_VERSION,
        "kind": record.body.KIND,
        "session": record.version.session,
        "seq": record.version.sequence,
        "payload": _plain(record.payload),
    }
    return json.dumps(head | fields, separators=(",", ":"), allow_nan=False).encode()


def from_json(content: bytes) -> Record:
    """Reads what ``to_json`` gave. Unknown fields of a known format are ignored.

    Raises:
        NewerFormatError: The record is of a newer format.
        HiddenError: The record is damaged.
    """
    if len(content) > MOST_RECORD_BYTES:
        raise _damaged(f"{len(content)} bytes")
    try:
        fields = json.loads(content, parse_constant=_no_constant)
        version = fields["v"]
        if type(version) is not int or version < 1:
            raise ValueError("v: a format's version is expected")
        if version > FORMAT_VERSION:
            raise newer_format(version)
        head = read_fields(_Head, fields)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise _damaged(str(error) if isinstance(error, ValueError) else repr(error)) from error
    return Record(Version(head.session, head.seq), body_from_fields(head.kind, fields), head.payload)


def read_record(tag: str, content: bytes) -> Record:
    """The record that an event with a tag holds: ``from_json``, and it has to be what the tag says.

    Raises:
        NewerFormatError: The record is of a newer format.
        HiddenError: The record is damaged, or another one's.
    """
    record = from_json(content)
    if record.tag != tag:
        raise _damaged(f"the record {record.tag[:200]!r} under the tag {tag[:200]!r}")
    return record


@dataclass(frozen=True, slots=True)
class _Head:
    """What all records say of themselves, beside ``v``."""

    kind: Name
    session: Session
    seq: Annotated[int, Most(MOST_WHOLE)]
    payload: PayloadRef


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _damaged(got: str) -> HiddenError:
    return HiddenError(
        "a record is damaged",
        expected="a JSON record of tensorboard-plugin-hidden",
        got=got[:300],
        fix="Copy the log directory again; other records are not affected.",
    )
