"""Along which axes of a tensor its units lie, seen from the operations that made it.

A convolution makes channels along axis 1, ``Linear``, ``LayerNorm`` and ``Embedding`` make units along the last; the
other operations take them along. Where nothing says it of a tensor, the operation that takes it in does.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils import _pytree as pytree
from torch.utils._python_dispatch import TorchDispatchMode

Axes = frozenset[int]

_Key = tuple[int, int, tuple[int, ...], tuple[int, ...]]
"""What a tensor looks at: two objects may stand for the same memory."""

_CHANNELS = ("conv", "batch_norm", "group_norm", "instance_norm", "im2col", "col2im")
_FEATURES = ("addmm", "mm", "linear", "embedding", "embedding_bag", "_embedding_bag", "_int_mm", "_addmm_activation")
_VIEWS = ("view", "_unsafe_view", "reshape", "_reshape_alias", "_reshape_copy", "view_copy")

_IN_PLACE = ("transpose_", "t_", "squeeze_", "unsqueeze_")


class UnitAxes(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Follows the axes of units through everything that is computed while it is on."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._axes: dict[_Key, Axes] = {}
        self._made_of: dict[_Key, tuple[_Key, Callable[[Axes], Axes | None]]] = {}
        # Weak references keep no memory, but the address by which it is known.
        self._known: dict[int, StorageWeakRef] = {}

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # Nothing is compiled while this is on; skipping would import the compiler, which takes seconds.
        return False

    def of(self, tensor: Tensor) -> Axes | None:
        """The axes of a tensor's units; None where nothing says.

        Args:
            tensor: One that was computed, or computed with, while this was on.
        """
        return self.later(tensor)()

    def later(self, tensor: Tensor) -> Callable[[], Axes | None]:
        """The same, asked when everything is computed, without keeping the tensor.

        Args:
            tensor: As above.
        """
        key = _key(tensor)
        return lambda: None if key is None else self._axes.get(key)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        given = args
        if func.overloadpacket.__name__ in _IN_PLACE:  # the tensor's shape will be another
            given = (args[0].detach(), *args[1:])
        result = func(*args, **(kwargs or {}))
        with contextlib.suppress(Exception):  # of tensors that have no memory, or arguments unlike all others
            self._follow(func, given, kwargs or {}, result)
        return result

    def _follow(self, func: Any, args: Any, kwargs: Any, result: Any) -> None:
        given = [leaf for leaf in pytree.tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        made = [leaf for leaf in pytree.tree_leaves(result) if isinstance(leaf, Tensor)]
        for tensor in (*given, *made):
            storage = tensor.untyped_storage()
            if storage._cdata not in self._known:
                self._known[storage._cdata] = StorageWeakRef(storage)  # type: ignore[no-untyped-call]
        name = func.overloadpacket.__name__
        name = name.removesuffix("_") if name in _IN_PLACE else name
        if _is(name, _CHANNELS) and given and made[0].ndim >= 3:
            self._suppose(given[0], frozenset({1}))
            self._set(made[0], frozenset({1}))
        elif name in _FEATURES or "linear" in name:
            self._linear(name, given[1] if name in ("addmm", "_addmm_activation") else given[0], made[0])
        elif (
            "rnn" in name
            or "lstm" in name
            or "gru" in name
            or (name in ("native_layer_norm", "_fused_rms_norm", "rms_norm") and len(args[1]) == 1)
        ):
            self._suppose(given[0], frozenset({given[0].ndim - 1}))
            self._set(made[0], frozenset({made[0].ndim - 1}))
        elif name in ("bmm", "baddbmm"):
            self._multiply(given[-2], given[-1], made[0])
        elif name in ("permute", "transpose", "t"):
            self._permute(name, given[0], made[0], args)
        elif name in _VIEWS:
            before, after = tuple(given[0].shape), tuple(made[0].shape)
            self._pass(given[0], made[0], lambda a: regrouped(a, before, after), lambda a: regrouped(a, after, before))
        elif len(given) == 1 and given[0].shape == made[0].shape:
            self._pass(given[0], made[0], lambda axes: axes, lambda axes: axes)
        else:
            self._inherit(func, name, args, kwargs, given, made)

    def _linear(self, name: str, given: Tensor, made: Tensor) -> None:
        before = None if "embedding" in name else self.of(given)
        if before is not None and given.ndim - 1 not in before and given.ndim == made.ndim:
            self._set(made, before)  # positions are mixed, as tokens are in a mixer of MLPs
            return
        if "embedding" not in name:
            self._suppose(given, frozenset({given.ndim - 1}))
        self._set(made, frozenset({made.ndim - 1}))

    def _multiply(self, left: Tensor, right: Tensor, made: Tensor) -> None:
        ours, theirs = self.of(left), self.of(right)
        last = made.ndim - 1
        if theirs is None and ours is not None and last not in ours:
            self._set(made, ours)  # positions are mixed
        elif theirs is None or last in theirs:
            self._set(made, frozenset({last}))
        elif ours is None and last - 1 in theirs:  # weights from the left
            self._set(made, frozenset({last - 1}))

    def _permute(self, name: str, given: Tensor, made: Tensor, args: Any) -> None:
        order = list(range(given.ndim))
        if name == "permute":
            order = [axis % given.ndim for axis in args[1]]
        elif given.ndim > 1:
            a, b = (args[1] % given.ndim, args[2] % given.ndim) if name == "transpose" else (0, 1)
            order[a], order[b] = order[b], order[a]
        self._pass(
            given,
            made,
            lambda axes: frozenset(order.index(axis) for axis in axes),
            lambda axes: frozenset(order[axis] for axis in axes),
        )

    def _pass(
        self, given: Tensor, made: Tensor, there: Callable[[Axes], Axes | None], back: Callable[[Axes], Axes | None]
    ) -> None:
        """The same numbers in another order, so that what is learned of them later holds for both."""
        axes, key = self.of(given), _key(made)
        if axes is not None:
            self._set(made, there(axes))
        elif key is not None and (origin := _key(given)) is not None:
            self._made_of[key] = (origin, back)

    def _inherit(self, func: Any, name: str, args: Any, kwargs: Any, given: list[Tensor], made: list[Tensor]) -> None:
        named = {argument.name for argument in func._schema.arguments}
        for tensor in made:
            if name in ("select", "unbind", "squeeze", "unsqueeze", "stack") or {"dim", "keepdim"} <= named:
                self._set(tensor, self._reshaped(func, name, args, kwargs, given, tensor))
                continue
            found = {self._aligned(one, tensor) for one in given} - {None}
            if len(found) == 1:  # where operands disagree, what comes next decides
                self._set(tensor, next(iter(found)))

    def _aligned(self, given: Tensor, made: Tensor) -> Axes | None:
        """An operand's axes in a result, from the right as in broadcasting; channels stay in place in a feature map."""
        axes, more = self.of(given), made.ndim - given.ndim
        if axes is None or more < 0:
            return None
        kept = [axis for axis in axes if given.shape[axis] > 1 or made.shape[axis + more] == 1]
        return frozenset(axis + more for axis in kept) or None

    def _reshaped(self, func: Any, name: str, args: Any, kwargs: Any, given: list[Tensor], made: Tensor) -> Axes | None:
        """Where axes are taken out or put in."""
        axes, before = self.of(given[0]), given[0].ndim
        if axes is None:
            return None
        named = dict(zip((argument.name for argument in func._schema.arguments), args, strict=False)) | kwargs
        dim = named.get("dim", 0 if name in ("select", "unbind", "stack") else None)
        if name in ("unsqueeze", "stack"):
            place = dim % made.ndim
            return frozenset(axis + (axis >= place) for axis in axes)
        if name == "squeeze" and dim is None:
            dim = [axis for axis in range(before) if given[0].shape[axis] == 1]
        gone = range(before) if dim is None or dim == [] else [dim] if isinstance(dim, int) else dim
        out = {axis % before for axis in gone}
        if name == "squeeze":
            out = {axis for axis in out if given[0].shape[axis] == 1}
        elif named.get("keepdim"):
            return axes
        return frozenset(axis - sum(other < axis for other in out) for axis in axes if axis not in out) or None

    def _suppose(self, tensor: Tensor, axes: Axes) -> None:
        """Says it of a tensor of which nothing else says it, and of what it is a view of."""
        key = _key(tensor)
        while key is not None and key not in self._axes:
            self._axes[key] = axes
            key, back = self._made_of.get(key, (None, None))
            found = None if back is None else back(axes)
            if found is None:
                return
            axes = found

    def _set(self, tensor: Tensor, axes: Axes | None) -> None:
        key = _key(tensor)
        if key is not None and axes is not None:
            self._axes[key] = axes


def regrouped(axes: Axes, before: Sequence[int], after: Sequence[int]) -> Axes | None:
    """Axes of units after a reshape.

    Args:
        axes: Those before.
        before: The shape before.
        after: The shape after, of as many numbers.

    Returns:
        Those after, or None where units and positions went into several axes together.

    >>> sorted(regrouped(frozenset({1}), (2, 6, 4, 4), (2, 6, 16)))
    [1]
    >>> sorted(regrouped(frozenset({1}), (10, 8), (2, 5, 8)))
    [2]
    """
    found: set[int] = set()
    for old, new in _groups(before, after):
        many = [axis for axis in old if before[axis] > 1]
        inside = [axis for axis in many if axis in axes]
        if not many:
            found.update(new if axes & set(old) else [])
        elif inside == many or (inside and len(new) == 1):
            found.update(axis for axis in new if after[axis] > 1)
        elif inside:
            return None
    return frozenset(found) or None


def _groups(before: Sequence[int], after: Sequence[int]) -> list[tuple[list[int], list[int]]]:
    """The finest pairs of runs of axes that hold the same numbers."""
    groups, i, j = [], 0, 0
    while i < len(before) and j < len(after):
        old, new, a, b = [i], [j], before[i], after[j]
        i, j = i + 1, j + 1
        while a != b:
            if a < b:
                old.append(i)
                a, i = a * before[i], i + 1
            else:
                new.append(j)
                b, j = b * after[j], j + 1
        groups.append((old, new))
    return groups


def _is(name: str, words: Sequence[str]) -> bool:
    return any(word in name for word in words)


def _key(tensor: Tensor) -> _Key | None:
    try:
        storage = tensor.untyped_storage()._cdata
        return storage, int(tensor.storage_offset()), tuple(tensor.shape), tuple(tensor.stride())
    except (RuntimeError, NotImplementedError):  # sparse, or of a subclass without memory
        return None
