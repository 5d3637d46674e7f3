"""Listening to one module during the forward passes over the probe."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.logger.head import Tap
from tensorboard_plugin_hidden.logger.layers import LayerSpec, first_tensor
from tensorboard_plugin_hidden.logger.pooling import Layout, Pooling, pool, supposed


class Listener:
    """Hangs on one module during the forward passes and keeps the rows of one of its calls.

    Args:
        spec: The layer.
        module: Its module.

    Attributes:
        mask: The attention mask of the batch, or None.
        trouble: Why the layer cannot be looked at; from then on it is left out.
    """

    def __init__(self, spec: LayerSpec, module: nn.Module) -> None:
        self.spec = spec
        self.module = module
        self.mask: Tensor | None = None
        self.trouble: HiddenError | None = None
        self._calls = 0
        self._rows: Tensor | None = None
        self._layout: Layout | None = spec.layout
        self._pooling: Pooling = "none"
        self._shape: tuple[int, ...] = ()
        self._batches: list[FloatArray] = []

    def hang(self, stack: ExitStack) -> None:
        """Puts hooks on the module.

        Args:
            stack: What takes them off again.
        """
        if isinstance(self.module, torch.jit.ScriptModule):
            self._fail(
                "cannot be looked at",
                expected="a module in Python",
                got="a scripted or traced one, which takes no hooks",
                fix="Watch the model from before torch.jit.script, or another layer.",
            )
        elif self.spec.side == "input":
            hook = self.module.register_forward_pre_hook(
                lambda _, args, kwargs: self._hear((args, kwargs)), with_kwargs=True
            )
            stack.callback(hook.remove)
        else:
            hook = self.module.register_forward_hook(lambda _, args, output: self._hear(output))
            stack.callback(hook.remove)

    def begin_batch(self, mask: Tensor | None) -> None:
        """Before a forward pass.

        Args:
            mask: The attention mask of the batch, or None.
        """
        self.mask, self._calls, self._rows = mask, 0, None

    def end_batch(self, count: int) -> None:
        """Takes over the rows of a forward pass.

        Args:
            count: Samples in it.
        """
        calls, rows, self._rows = self._calls, self._rows, None
        if self.trouble is not None:
            return
        if calls <= (self.spec.call or 0):
            self._fail(
                "did not run",
                expected="a module that the forward pass in evaluation calls",
                got=f"{calls} calls of {self.spec.module!r}" if calls else f"no call of {self.spec.module!r}",
                fix="Name another layer; some modules only run in training, or only hold parameters.",
            )
        elif rows is None:
            self._fail(
                "has nothing to look at",
                expected="a tensor, or a tuple, mapping or data class with one",
                got="no tensor with samples along its first axis",
                fix="Name another layer.",
            )
        elif len(rows) != count:
            self.no_rows(f"a tensor of shape {(len(rows), *self._shape)}", f"{count} rows along the first axis")
        elif self._batches and self._batches[0].shape[1] != rows.shape[1]:
            self._fail(
                "has another width in every batch",
                expected=f"{self._batches[0].shape[1]} units, as in the batch before",
                got=f"{rows.shape[1]}",
                fix="Name a layer whose width does not depend on what is in the batch.",
            )
        else:
            self._batches.append(rows.cpu().numpy())

    def no_rows(self, got: str, expected: str = "one row for each sample") -> None:
        """Says that the tensor has no row for each sample."""
        self._fail(
            "does not have one row per sample",
            expected=expected,
            got=got,
            fix="Name a layer one of whose axes is the batch, before batches are folded or after they are unfolded.",
        )

    def tap(self) -> Tap:
        """What was kept of all batches."""
        spec = replace(self.spec, layout=self._layout)
        return Tap(spec, self.module, np.concatenate(self._batches), self._shape, self._pooling)

    def _hear(self, value: Any) -> None:
        place, self._calls = self._calls, self._calls + 1
        if self.trouble is not None or (self.spec.call is not None and place != self.spec.call):
            return
        tensor = first_tensor(value)
        if tensor is None or tensor.ndim == 0:
            self._rows = None
            return
        if tensor.is_complex() or tensor.is_nested:
            self._fail(
                "cannot be looked at",
                expected="a tensor of real numbers, one row for each sample",
                got="complex numbers" if tensor.is_complex() else "a nested tensor",
                fix="Name another layer, as the one that takes their magnitude or pads them.",
            )
            return
        if self._layout is None or self._layout.ndim != tensor.ndim:
            self._layout = supposed(tensor.ndim)
        sizes = list(tensor.shape)
        del sizes[self._layout.samples]
        self._shape = tuple(sizes)
        try:
            self._rows, self._pooling = pool(tensor, self._layout, self.spec.tokens, mask=self.mask)
        except HiddenError as error:
            self._fail("gives no tokens", expected=error.expected, got=error.got, fix=error.fix)

    def _fail(self, problem: str, *, expected: str, got: str, fix: str) -> None:
        self.trouble = HiddenError(f"layer {self.spec.name!r} {problem}", expected=expected, got=got, fix=fix)
