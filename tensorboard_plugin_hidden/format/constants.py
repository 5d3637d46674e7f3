"""Names and limits of the on-disk format; ``docs/format.md`` is their prose. Imports nothing."""

from __future__ import annotations

PLUGIN_NAME = "hidden"
"""TensorBoard's name for the plugin: in routes, in the ``plugin_name`` of every summary and in deep links."""

FORMAT_VERSION = 1
"""Version of everything below ``plugins/hidden`` and of every record. Readers refuse what is newer."""

RUN_TAG = "hidden/run"
"""A tag of this fixed name marks a run that holds hidden data, so that runs are found without listing every record."""

ASSETS_DIR = "plugins/hidden"
"""Where a run keeps what does not fit its event file: TensorBoard's own convention for plugin assets."""

STORE_NAME = "store.zarr"
"""The Zarr v3 group in the assets directory. Must not contain ``tfevents``, or TensorBoard would take it for a run."""

INLINE_LIMIT = 64 * 1024
"""Bytes of one payload up to which it may travel inside its event. TensorBoard keeps every such byte in memory."""

INLINE_BUDGET = 8 * 1024 * 1024
"""Bytes of all inline payloads of one run; what comes after goes to the store."""

NO_CLASS = 65535
"""Class index in ``prediction`` and ``landscape`` arrays that stands for none."""

MAX_CLASSES = 65535
"""Classes that a uint16 index with ``NO_CLASS`` reserved can name."""

FLAG_HELD_OUT = 1
"""Bit of ``flags``: the sample took no part in the fit."""

FLAG_NOT_PLACED = 2
"""Bit of ``flags``: the sample has no position, because its activations are not finite."""
