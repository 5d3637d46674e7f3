"""Everything that lets a second forward pass run beside training and leave no trace of itself."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.autograd.grad_mode import _unsafe_preserve_version_counter

OBSERVER_SEED = 0
"""Seed in force while observing, so that a network with a random forward repeats itself for equal weights."""


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
def undisturbed_model(model: nn.Module) -> Iterator[None]:
    """Puts a model into evaluation for a block and puts back whatever the block's forward passes changed.

    Put back are every module's training flag, its buffers (values bit for bit, version counters and identity)
    and every attribute that was set, replaced or deleted on a module, such as a counter or a cache.
    The flags are set directly: a ``train()`` of the user's own may do more than set a flag.
    Not covered are parameters that the forward writes to in place, and containers it mutates.

    Args:
        model: The unwrapped model.
    """
    modules = list(model.modules())
    flags = [module.training for module in modules]
    attributes = [dict(vars(module)) for module in modules]
    # A scripted module's registries are views that nothing can be put into.
    plain = [module for module in modules if not isinstance(module, torch.jit.ScriptModule)]
    registries: list[dict[str, Any]] = [r for m in plain for r in (m._parameters, m._buffers, m._modules)]
    registered = [dict(registry) for registry in registries]
    # Elements that share memory, as expand() makes them, cannot be written to, and so need not be put back.
    buffers = [b for b in model.buffers() if 0 not in _strides_of_real_axes(b)]
    values = [buffer.detach().clone() for buffer in buffers]
    versioned = tuple(buffer for buffer in buffers if not buffer.is_inference())
    try:
        # Without its counter put back, a buffer would look modified to a backward pass that is still to come.
        with _unsafe_preserve_version_counter(versioned):
            try:
                for module in modules:
                    module.training = False
                yield
            finally:
                for buffer, value in zip(buffers, values, strict=True):
                    with torch.inference_mode(buffer.is_inference()), torch.no_grad():
                        buffer.copy_(value)
    finally:
        for module, flag, saved in zip(modules, flags, attributes, strict=True):
            module.training = flag
            _put_back(vars(module), saved)
        for registry, saved in zip(registries, registered, strict=True):
            _put_back(registry, saved)


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


def _strides_of_real_axes(tensor: torch.Tensor) -> list[int]:
    return [stride for stride, size in zip(tensor.stride(), tensor.shape, strict=True) if size > 1]


def _put_back(mapping: MutableMapping[str, Any], saved: dict[str, Any]) -> None:
    for name in [name for name in mapping if name not in saved]:
        del mapping[name]
    for name, value in saved.items():
        if name not in mapping or mapping[name] is not value:
            mapping[name] = value
