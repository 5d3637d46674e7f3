"""Recognising that memory did not suffice, whichever allocator says so."""

from __future__ import annotations

import torch

_SAYINGS = (
    "out of memory",
    "can't allocate memory",
    "cannot allocate memory",
    "not enough memory",
    "alloc_failed",  # of cuBLAS and cuDNN
    "storage size calculation overflowed",
    "invalid buffer size",  # of Metal
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception, or one that it was raised from, says that memory did not suffice.

    Args:
        error: Whatever a forward pass raised.

    >>> is_out_of_memory(RuntimeError("CUDA error: out of memory"))
    True
    """
    seen: BaseException | None = error
    while seen is not None:
        said = isinstance(seen, RuntimeError) and any(saying in str(seen).lower() for saying in _SAYINGS)
        if said or isinstance(seen, (MemoryError, torch.OutOfMemoryError)):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def free() -> None:
    """Gives back what an accelerator's allocator keeps for later, so that another size finds room."""
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.empty_cache()
