"""What a model returns: its tensors, which of them may be logits, and how logits are made of that one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.batches import described
from tensorboard_plugin_hidden.logger.roles import Choice

Step = tuple[Literal["item", "attribute"], Any]
Path = tuple[Step, ...]
"""How a tensor is reached from what a model returns, as by ``output["heads"][0]``; empty for what it returns itself."""

Scale = Literal["logits", "softmax", "sigmoid"]
"""What numbers are: logits, or probabilities that a softmax or a sigmoid gave."""

USUAL = frozenset(
    ("out", "output", "outputs", "pred", "preds", "prediction", "predictions", "scores", "y_hat", "y_pred")
)
"""Names that models give to their answer, where it is not called ``logits``."""

DEEPEST = 4
"""Levels of tuples and mappings within each other that are looked through."""

MOST_LISTED = 8
"""Tensors that a message lists."""

_LEAST = torch.finfo(torch.float32).tiny
_SATURATED = 2.0**-24


@dataclass(frozen=True, slots=True)
class Part:
    """A tensor of what a model returned.

    Attributes:
        path: How it is reached.
        tensor: It.
    """

    path: Path
    tensor: Tensor

    @property
    def name(self) -> str:
        """As a reader would write it."""
        return path_name(self.path)

    def called(self, *names: str) -> bool:
        """Whether a key or attribute on the way to it has one of these names."""
        return any(str(step).lower() in names for _, step in self.path)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a model's logits are in each of its forward passes.

    Attributes:
        pick: The path of a tensor in what the model returns, or the user's function of that.
        module: Path of a module whose output is taken instead: what goes into the softmax or sigmoid; empty for none.
        scale: What the numbers are.
        single: They are one number per sample, z of class 1, of which the logits (0, z) are made.
    """

    pick: Path | Callable[[Any], Any] = ()
    module: str = ""
    scale: Scale = "logits"
    single: bool = False

    @property
    def name(self) -> str:
        """As a reader would write it."""
        return path_name(self.pick) if isinstance(self.pick, tuple) else "logits(output)"

    def of(self, output: Any) -> Any:
        """The tensor in what the model returned; raises whatever the lookup raises where it is not there."""
        if not isinstance(self.pick, tuple):
            return self.pick(output)
        for kind, step in self.pick:
            output = output[step] if kind == "item" else getattr(output, step)
        return output

    def logits(self, values: Tensor) -> Tensor:
        """The logits that stand for what was found.

        Logarithms of probabilities are logits, since softmax gives the probabilities back; probabilities that were
        rounded to 0 or 1 get the logits that float32 can tell from it.

        Args:
            values: [n, C] or [n], as the model or the module gave them.

        Returns:
            float32 [n, C], or [n, 2] for single numbers.
        """
        z = flat(values).float()
        if self.module == "" and self.scale == "softmax":
            z = z.clamp_min(_LEAST).log()
        elif self.module == "" and self.scale == "sigmoid":
            z = torch.logit(z, eps=_SATURATED)
        return torch.cat([torch.zeros_like(z), z], dim=1) if self.single else z


def path_name(path: Path) -> str:
    """As a reader would write it.

    >>> path_name((("attribute", "heads"), ("item", "a"), ("item", 0)))
    'output.heads["a"][0]'
    """
    steps = (f".{step}" if kind == "attribute" else f"[{_quoted(step)}]" for kind, step in path)
    return "output" + "".join(steps)


def parts(output: Any) -> list[Part]:
    """The tensors of what a model returned, in depth: of tuples, mappings, data classes and other plain objects."""
    return list(_walk(output, (), frozenset()))


def flat(tensor: Tensor) -> Tensor:
    """Rows of numbers: ``[N]`` as ``[N, 1]``, ``[N, C, 1, 1]`` and ``[N, 1, C]`` as ``[N, C]``; others as they are."""
    if tensor.layout is not torch.strided:
        tensor = tensor.to_dense()
    if tensor.ndim == 1:
        return tensor[:, None]
    # Not [N, C, 1], which may be one number for each of C tokens.
    alone = tensor.shape[1] == 1 if tensor.ndim == 3 else tensor.ndim > 3 and set(tensor.shape[2:]) == {1}
    return tensor.flatten(1) if alone else tensor


def is_rows(value: Any, count: int) -> bool:
    """Whether a value is a floating tensor of one row of numbers for each of ``count`` samples."""
    return (
        isinstance(value, Tensor)
        and value.is_floating_point()
        and not value.is_nested
        and value.ndim > 0
        and len(value) == count
        and flat(value).ndim == 2
    )


def described_output(output: Any, count: int) -> str:
    """What a model returned, for a reader.

    Args:
        output: It.
        count: Samples that it was given, which are called N.
    """
    found = parts(output)
    if isinstance(output, Tensor):
        return _shape(output, count)
    if not found:
        return "None" if output is None else f"{_article(type(output).__name__)} without a tensor"
    more = f" and {len(found) - MOST_LISTED} more" if len(found) > MOST_LISTED else ""
    return ", ".join(f"{part.name} {_shape(part.tensor, count)}" for part in found[:MOST_LISTED]) + more


def chosen(output: Any, choice: Choice, count: int) -> Source:
    """The source that the user chose.

    Args:
        output: What the model returned for ``count`` samples.
        choice: A key or an attribute, a position, or a function of what the model returns.
        count: How many.

    Raises:
        HiddenError: There is no such part, or it is not a tensor of one row of numbers per sample.
    """
    problem, got = "", ""
    source = Source(choice) if callable(choice) else Source((_step(output, choice),))
    try:
        value = source.of(output) if callable(choice) or not isinstance(output, Tensor) else None
    except Exception as error:  # the function, or the object, is the user's own
        problem, got = f"logits={choice!r} chooses nothing", f"{type(error).__name__}: {error}; it returns "
    else:
        if is_rows(value, count):
            return source
        problem = f"logits={choice!r} chooses no logits"
        got = f"{described(value)}; it returns " if value is not None else "one tensor, "
    if callable(choice):
        problem = "the function logits= gives no logits"
    raise HiddenError(
        problem,
        expected="a key, a position or a function of what the model returns that gives one row of numbers per sample",
        got=f"{got[:200]}{described_output(output, count)}",
        fix="Choose one of these, or leave logits out.",
    )


def distinct(candidates: list[Part]) -> list[Part]:
    """Parts that answer differently: probabilities beside the logits that they are made of are the same answer."""
    kept: list[Part] = []
    for part in candidates:
        if not any(_same_answer(other.tensor, part.tensor) for other in kept):
            kept = [other for other in kept if not _same_answer(part.tensor, other.tensor)] + [part]
    return kept


def _same_answer(logits: Tensor, other: Tensor) -> bool:
    """Whether a tensor is another one, or its softmax or sigmoid."""
    if logits.shape != other.shape:
        return False
    a, b = flat(logits).float(), flat(other).float()
    return any(
        torch.allclose(f, b, atol=1e-5, equal_nan=True) for f in (a, a.softmax(1), a.log_softmax(1), a.sigmoid())
    )


def _walk(value: Any, path: Path, above: frozenset[int]) -> Iterator[Part]:
    if isinstance(value, Tensor):
        yield Part(path, value)
    elif len(path) < DEEPEST and id(value) not in above:
        for step, inner in _children(value):
            yield from _walk(inner, (*path, step), above | {id(value)})


def _children(value: Any) -> list[tuple[Step, Any]]:
    if isinstance(value, Mapping):
        return [(("item", key), inner) for key, inner in value.items()]
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return [(("attribute", name), getattr(value, name)) for name in value._fields]
    if isinstance(value, tuple | list):
        return [(("item", place), inner) for place, inner in enumerate(value)]
    if isinstance(value, type | torch.nn.Module) or callable(value):
        return []
    names = [f.name for f in dataclasses.fields(value)] if dataclasses.is_dataclass(value) else [*_vars(value)]
    named: dict[str, Any] = {name: getattr(value, name, None) for name in names}
    if "logits" not in named:  # which may be a property, as of torch.distributions.Categorical
        try:
            named["logits"] = getattr(value, "logits", None)
        except Exception:  # the property is the user's own
            named["logits"] = None
    return [(("attribute", name), inner) for name, inner in named.items()]


def _vars(value: Any) -> Mapping[str, Any]:
    return vars(value) if hasattr(value, "__dict__") else {}


def _step(output: Any, choice: Any) -> Step:
    known = isinstance(output, Mapping) and choice in output
    attribute = isinstance(choice, str) and not known and not isinstance(output, Mapping)
    attribute = attribute or (isinstance(choice, str) and not known and hasattr(output, choice))
    return ("attribute" if attribute else "item", choice)


def _shape(tensor: Tensor, count: int) -> str:
    sizes = ["N" if place == 0 and size == count else str(size) for place, size in enumerate(tensor.shape)]
    kind = str(tensor.dtype).removeprefix("torch.")
    return f"{kind if not tensor.is_floating_point() else ''} [{', '.join(sizes)}]".strip()


def _article(name: str) -> str:
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _quoted(step: Any) -> str:
    return f'"{step}"' if isinstance(step, str) else str(step)
