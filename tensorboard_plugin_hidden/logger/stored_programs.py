"""Exported programs of heads in the store, each once: only its parameters change from step to step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tensorboard_plugin_hidden.format.journal import Journal
from tensorboard_plugin_hidden.format.proof import digest_of, prove
from tensorboard_plugin_hidden.format.schema import PayloadRef
from tensorboard_plugin_hidden.format.snapshot import Snapshot
from tensorboard_plugin_hidden.format.snapshot_codec import PROGRAM
from tensorboard_plugin_hidden.format.store import group_name


class StoredProgram(NamedTuple):
    """What a snapshot's record says of its program.

    Attributes:
        place: Where it is; None: the snapshot has none.
        digest: Names its bytes.
        proof: That this user stored it; empty where there is no key.
    """

    place: PayloadRef | None = None
    digest: str = ""
    proof: str = ""


class StoredPrograms:
    """Stores programs for one session of writing.

    Args:
        journal: Of the run.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._known: dict[str, tuple[bytes, StoredProgram]] = {}

    def put(self, snapshot: Snapshot) -> StoredProgram:
        """Stores the program of a snapshot's head, if it has one that is not there yet.

        Raises:
            HiddenError: The store cannot be written.
        """
        program, session = snapshot.head.program, self._journal.session
        if program is None:
            return StoredProgram()
        known = self._known.get(snapshot.layer)
        if known is None or known[0] is not program:
            place = self._journal.store(
                group_name(session, PROGRAM, snapshot.layer), {PROGRAM: np.frombuffer(program, np.uint8)}
            )
            digest = digest_of(program)
            known = program, StoredProgram(place, digest, prove(session, snapshot.layer, digest))
            self._known[snapshot.layer] = known
        return known[1]
