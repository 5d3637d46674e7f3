"""How much a reader takes from a run directory, which may be a stranger's. Imports nothing.

Each is well above what this package writes: what is beyond it is damaged, or meant to harm whoever looks at it. A run
is refused at the place that is wrong, and the rest of it is shown.
"""

from __future__ import annotations

MOST_RECORD_BYTES = 4 * 2**20
"""Bytes of one record's JSON: the names of 50,000 classes. Those of an epoch take a few hundred bytes."""

MOST_WHOLE = 2**53
"""A whole number, as a step: the largest up to which JSON is exact in a browser."""

MOST_SAMPLES = 2**24
"""Samples of a probe, or of a training set: ImageNet-21k has 14 million."""

MOST_ROWS = 2**31
"""Rows of a series in the store: a training log of one row a second fills as many in 68 years."""

MOST_WIDTH = 2**28
"""Numbers of one sample at a layer."""

MOST_PIXELS = 2**14
"""Pixels along a side of a thumbnail, and tiles to a row of them."""

MOST_TEXT = 2**14
"""Characters of a sentence or of a class's name."""

MOST_NAME = 2**10
"""Characters of the name of a layer, a method or a measure: a file name has at most 255 on most systems."""

MOST_ITEMS = 2**20
"""Entries of a list in a record, as names of classes."""

MOST_DEPTH = 16
"""Lists within lists of what has no fixed form, as the settings of a method."""

MOST_METADATA_BYTES = 2**20
"""Bytes of a ``zarr.json``: those of this package take a few hundred."""

MOST_ARRAYS = 2**14
"""Arrays and groups in one group: a program's parameters are one each."""

MOST_CHUNK_BYTES = 64 * 2**20
"""Bytes of a chunk before compression; this package writes at most 4 MiB, or one number of every layer and filter."""

MOST_CHUNKS = 2**17
"""Chunks that one read touches: 100,000 rows of a training log of 100,000 filters are 78,000."""

MOST_READ_BYTES = 2**31
"""Bytes of one read: 1,000,000 samples of 1,024 float16 numbers, and ten times 50,000 of 2,048."""

MOST_RATIO = 256
"""How often smaller LZ4 can make what it compresses; its own bound is 255."""

UNCHECKED_BYTES = 64 * 2**20
"""Bytes of a read up to which it is not first checked that the files are large enough."""

MOST_INFLATED = 4 * 2**20
"""Bytes of all arrays that are deflated in one container; this package deflates what has at most 256 KiB."""

MOST_JSON_BYTES = 2**29
"""Bytes of JSON that is parsed: 1,000,000 samples with ids and texts of 500 characters."""

MOST_NUMBERED = 2**22
"""Samples that are told by their numbers, where the log has lost their ids."""
