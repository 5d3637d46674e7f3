"""PyTorch's ``SummaryWriter`` on event files that do not end a training."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator
from typing import Any

from torch import distributed
from torch.utils import tensorboard

from tensorboard_plugin_hidden.errors import HiddenWarning
from tensorboard_plugin_hidden.logger.event_file import absolute, open_events


class LastingWriter(tensorboard.SummaryWriter):  # type: ignore[misc]
    """Takes the same arguments. What cannot be written once it is open is a warning, and is written when it can be."""

    file_writer: Any
    all_writers: dict[str, Any] | None
    purge_step: int | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._directory = ""
        self._purged_from: int | None = None
        super().__init__(*args, **kwargs)

    def add_scalars(self, main_tag: str, tag_scalar_dict: Any, *args: Any, **kwargs: Any) -> None:
        """As PyTorch's, on event files that do not end a training."""
        directory = self._get_file_writer().get_logdir()
        for tag in tag_scalar_dict:
            name = f"{directory}/{main_tag.replace('/', '_')}_{tag}"  # as PyTorch does it
            if self.all_writers is not None and name not in self.all_writers:
                with contextlib.suppress(OSError):
                    self.all_writers[name] = open_events(name, self.max_queue, self.flush_secs, self.filename_suffix)
        with _only_warned("scalars"):
            super().add_scalars(main_tag, tag_scalar_dict, *args, **kwargs)

    def add_hparams(self, *args: Any, **kwargs: Any) -> None:
        """As PyTorch's, with a warning where it cannot be written."""
        with _only_warned("hyperparameters"):
            super().add_hparams(*args, **kwargs)

    def add_embedding(self, *args: Any, **kwargs: Any) -> None:
        """As PyTorch's, with a warning where it cannot be written."""
        with _only_warned("embedding"):
            super().add_embedding(*args, **kwargs)

    def _get_file_writer(self) -> Any:
        if self.all_writers is None or self.file_writer is None:
            options = self.max_queue, self.flush_secs, self.filename_suffix
            # A relative path is as of the first time: a script may change its directory.
            self._directory = self._directory or absolute(os.fspath(self.log_dir))
            # All ranks of a script may open a writer on one directory, and one of them writes.
            self.file_writer = open_events(self._directory, *options, lazy=rank() > 0)
            self.all_writers = {self._directory: self.file_writer}
            if self.purge_step is not None:
                self._purged_from = int(self.purge_step)
                self.file_writer.purge(self._purged_from)
                self.purge_step = None
        return self.file_writer


def rank() -> int:
    """This process's rank in a ``torch.distributed`` run that has begun, or is about to; else 0."""
    if distributed.is_available() and distributed.is_initialized():
        return int(distributed.get_rank())
    told = os.environ.get("RANK", "")
    return int(told) if told.isdigit() else 0


@contextlib.contextmanager
def _only_warned(what: str) -> Iterator[None]:
    """Lets training go on where something could not be written."""
    try:
        yield
    except OSError as error:
        warnings.warn(f"The {what} could not be logged. {error}", HiddenWarning, stacklevel=4)
