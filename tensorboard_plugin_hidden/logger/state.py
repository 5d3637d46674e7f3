"""A model's state, held while it runs for somebody who only looks, and put back bit for bit."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.grad_mode import _unsafe_preserve_version_counter

DEEPEST = 3
"""Levels of lists and mappings within each other that are put back."""

LONGEST = 1000
"""Items of a list that is looked into; of a longer one only the list itself is put back."""

_OWN = frozenset(vars(nn.Module()))
"""Attributes that every module has, which ``undisturbed_model`` knows by name."""


@contextmanager
def undisturbed_model(model: nn.Module) -> Iterator[None]:
    """Puts a model into evaluation for a block and puts back whatever the block's forward passes changed.

    Put back are every module's training flag; its buffers and other tensors that are no parameters (values bit for bit,
    shapes, version counters and identity); lists, mappings and sets that it holds, with the tensors in them; and every
    attribute that was set, replaced or deleted, such as a counter or a cache, of scripted modules too. The flags are
    set directly: a ``train()`` of the user's own may do more than set a flag. Not covered are parameters that the
    forward writes to in place, and objects of the user's own classes that it changes.

    Args:
        model: The unwrapped model.
    """
    modules = list(model.modules())
    scripted = [_Scripted(module) for module in modules if isinstance(module, torch.jit.ScriptModule)]
    attributes = [dict(vars(module)) for module in modules]
    containers = _Containers([value for held in attributes for name, value in held.items() if name not in _OWN])
    flags = [getattr(module, "training", None) for module in modules]  # a frozen one has none
    # A scripted module's registries are views that nothing can be put into.
    plain = [module for module in modules if not isinstance(module, torch.jit.ScriptModule)]
    registries: list[dict[str, Any]] = [r for m in plain for r in (m._parameters, m._buffers, m._modules)]
    registered = [dict(registry) for registry in registries]
    written = [*model.buffers(), *containers.tensors, *(t for one in scripted for t in one.tensors)]
    tensors = [_Held(tensor) for tensor in {id(tensor): tensor for tensor in written}.values() if _is_writable(tensor)]
    versioned = tuple(held.tensor for held in tensors if not held.tensor.is_inference())
    try:
        # Without its counter put back, a buffer would look modified to a backward pass that is still to come.
        with _unsafe_preserve_version_counter(versioned):
            try:
                for module, flag in zip(modules, flags, strict=True):
                    if flag is not None:
                        module.training = False
                yield
            finally:
                for held in tensors:
                    held.put_back()
    finally:
        for module, flag, saved in zip(modules, flags, attributes, strict=True):
            if flag is not None:
                module.training = flag
            _put_back(vars(module), saved)
        for registry, saved in zip(registries, registered, strict=True):
            _put_back(registry, saved)
        containers.put_back()
        for one in scripted:
            one.put_back()


class _Held:
    """A tensor's values and shape."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor
        self._values = tensor.detach().clone()
        self._alias = tensor.detach()
        self._nbytes = tensor.untyped_storage().nbytes()

    def put_back(self) -> None:
        tensor, alias = self.tensor, self._alias
        with torch.inference_mode(tensor.is_inference()), torch.no_grad():
            if alias.untyped_storage().nbytes() < self._nbytes:
                alias.untyped_storage().resize_(self._nbytes)
            if not _looks_at_the_same(tensor, alias):
                tensor.data = alias
            tensor.copy_(self._values)


class _Containers:
    """Lists, mappings and sets, with what is in them."""

    def __init__(self, values: list[Any]) -> None:
        self.tensors: list[Tensor] = []
        self._held: dict[int, tuple[Any, Any]] = {}
        for value in values:
            self._hold(value, DEEPEST)

    def _hold(self, value: Any, depth: int) -> None:
        if isinstance(value, Tensor):
            if not isinstance(value, nn.Parameter) and value.grad_fn is None:
                self.tensors.append(value)
        elif id(value) not in self._held and isinstance(value, list | deque | dict | set | tuple):
            inner = list(value.values()) if isinstance(value, dict) else list(value)
            if not isinstance(value, tuple):
                held = dict(value) if isinstance(value, dict) else inner
                self._held[id(value)] = value, held
            if depth and len(inner) <= LONGEST:
                for item in inner:
                    self._hold(item, depth - 1)

    def put_back(self) -> None:
        for value, held in self._held.values():
            if isinstance(value, dict):
                _put_back(value, held)
            elif isinstance(value, set):
                value.clear()
                value.update(held)
            elif len(value) != len(held) or any(a is not b for a, b in zip(value, held, strict=True)):
                value.clear()
                value.extend(held)


class _Scripted:
    """Attributes of a scripted or traced module, which live outside of Python."""

    def __init__(self, module: torch.jit.ScriptModule) -> None:
        self._module = module
        kind = getattr(module, "_concrete_type", None)
        names = [] if kind is None else [name for name in kind.get_attributes() if name != "training"]
        self._held = {name: getattr(module, name) for name in names}
        self.tensors = [t for t in self._held.values() if isinstance(t, Tensor) and not isinstance(t, nn.Parameter)]

    def put_back(self) -> None:
        for name, value in self._held.items():
            if not isinstance(value, Tensor) or getattr(self._module, name) is not value:
                with contextlib.suppress(RuntimeError, AttributeError):  # what cannot be set was not set
                    setattr(self._module, name, value)


def _looks_at_the_same(a: Tensor, b: Tensor) -> bool:
    return (a.dtype, a.shape, a.stride(), a.data_ptr()) == (b.dtype, b.shape, b.stride(), b.data_ptr())


def _is_writable(tensor: Tensor) -> bool:
    # Elements that share memory, as expand() makes them, cannot be written to, and so need not be put back.
    if tensor.layout is not torch.strided or tensor.is_meta:
        return False
    return 0 not in [stride for stride, size in zip(tensor.stride(), tensor.shape, strict=True) if size > 1]


def _put_back(mapping: MutableMapping[Any, Any], saved: dict[Any, Any]) -> None:
    for name in [name for name in mapping if name not in saved]:
        del mapping[name]
    for name, value in saved.items():
        if name not in mapping or mapping[name] is not value:
            mapping[name] = value
