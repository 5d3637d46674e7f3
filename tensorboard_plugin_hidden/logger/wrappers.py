"""Everything that lets a second forward pass run beside training and leave no trace of itself."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.state import undisturbed_model

OBSERVER_SEED = 0
"""Seed in force while observing, so that a network with a random forward repeats itself for equal weights."""

_SHARDING = {"FullyShardedDataParallel", "FSDPModule"}
"""Names of the classes that shard a module, told by name so that nothing of ``torch.distributed`` is imported."""


def unwrap(model: nn.Module) -> nn.Module:
    """The user's own module beneath ``DataParallel``, ``DistributedDataParallel`` and ``torch.compile``.

    Args:
        model: A module, wrapped any number of times in any order.

    >>> inner = nn.Linear(2, 2)
    >>> unwrap(nn.DataParallel(inner)) is inner
    True
    """
    while True:
        if isinstance(model, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
            inner = model.module
        else:
            # The compiled wrapper is recognised by its attribute, so that the compiler need not be imported.
            inner = getattr(model, "_orig_mod", None)
        if not isinstance(inner, nn.Module):
            return model
        model = inner


def require_whole(model: nn.Module) -> None:
    """Refuses a model of which this process holds a part: its forward pass waits for all processes.

    Args:
        model: Any module.

    Raises:
        HiddenError: Its parameters are sharded, by FSDP, DeepSpeed's ZeRO or tensor parallelism.
    """
    named: list[tuple[str, Any, set[str]]] = [(name, module, _SHARDING) for name, module in model.named_modules()]
    named += [(name, tensor, {"DTensor"}) for name, tensor in [*model.named_parameters(), *model.named_buffers()]]
    for name, part, kinds in named:
        found = kinds & {kind.__name__ for kind in type(part).__mro__}
        if found or (isinstance(part, nn.Parameter) and hasattr(part, "ds_id")):
            raise HiddenError(
                "the model is sharded over several processes, and hidden layers are looked at by one of them",
                expected="a model that every process holds whole, alone or in DistributedDataParallel",
                got=f"{', '.join(sorted(found)) or 'ZeRO parameters'}{f' in {name!r}' if name else ''}",
                fix="Log activations that you gathered yourself with writer.add_activations, or watch a whole copy.",
            )


def call(model: nn.Module, inputs: Any) -> Any:
    """What a model gives for ``model(x)``, ``model(*x)`` of a tuple or ``model(**x)`` of a mapping.

    Args:
        model: Any module.
        inputs: A batch.
    """
    if isinstance(inputs, dict):
        return model(**inputs)
    return model(*inputs) if isinstance(inputs, tuple) else model(inputs)


@contextmanager
def undisturbed_rng(seed: int = OBSERVER_SEED) -> Iterator[None]:
    """Runs a block under seeded random numbers and puts the caller's generators back, bit for bit.

    Covers torch on the CPU and on every CUDA device, numpy's global generator and ``random``.

    Args:
        seed: What the generators are seeded with inside the block.
    """
    python_state = random.getstate()
    numpy_state = np.random.get_state()
    torch_state = torch.get_rng_state()
    # CUDA that was never initialised must stay so: seeding it would queue a seed for the user's own start.
    cuda_states = torch.cuda.get_rng_state_all() if _cuda_runs() else None
    try:
        seed_all(seed)
        yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)
        torch.set_rng_state(torch_state)
        if cuda_states is not None:
            torch.cuda.set_rng_state_all(cuda_states)


def seed_all(seed: int) -> None:
    """Seeds torch (CPU, and CUDA where it is initialised), numpy's global generator and ``random``."""
    random.seed(seed)
    np.random.seed(seed)
    # torch.manual_seed would also queue a seed for a CUDA that is initialised later.
    torch.default_generator.manual_seed(seed)
    if _cuda_runs():
        torch.cuda.manual_seed_all(seed)


@contextmanager
def eager() -> Iterator[None]:
    """Runs compiled models and functions as plain Python inside the block: nothing is compiled or recompiled.

    Fused transformer layers are off as well, because they step over the modules that hooks hang on.
    """
    with ExitStack() as stack:
        if "torch._dynamo" in sys.modules:  # otherwise nothing can have been compiled
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        fused = torch.backends.mha.get_fastpath_enabled()
        torch.backends.mha.set_fastpath_enabled(False)
        stack.callback(torch.backends.mha.set_fastpath_enabled, fused)
        yield


@contextmanager
def callers_autocast(device: torch.device) -> Iterator[None]:
    """Keeps the caller's mixed precision in a block, without sharing its cache of cast weights.

    A weight that was cast under ``no_grad`` and cached would be cut off from the graph of a training forward
    later in the same autocast region.

    Args:
        device: Where the model runs.
    """
    if not torch.is_autocast_enabled(device.type):
        yield
        return
    dtype = torch.get_autocast_dtype(device.type)
    with torch.autocast(device.type, dtype=dtype, cache_enabled=False):
        yield


@contextmanager
def observing(model: nn.Module, device: torch.device) -> Iterator[None]:
    """A block whose forward passes of ``model`` are eager, in evaluation, without gradients and leave no trace.

    Args:
        model: The unwrapped model.
        device: Where it runs.
    """
    with ExitStack() as stack:
        stack.enter_context(undisturbed_rng())
        stack.enter_context(undisturbed_model(model))
        stack.enter_context(eager())
        stack.enter_context(callers_autocast(device))
        stack.enter_context(torch.no_grad())
        yield


def _cuda_runs() -> bool:
    return bool(torch.cuda.is_initialized())  # type: ignore[no-untyped-call]
