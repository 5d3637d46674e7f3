"""See what your network's hidden representation is doing while it trains, inside TensorBoard.

>>> import tensorboard_plugin_hidden as hidden
>>> hidden.SummaryWriter.__name__
'SummaryWriter'

Importing this package imports neither torch nor TensorBoard: names are looked up when they are first used.
"""

from __future__ import annotations

import importlib
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from tensorboard_plugin_hidden.errors import HiddenError, HiddenWarning

if TYPE_CHECKING:
    from tensorboard_plugin_hidden.alerts.notification import webhook
    from tensorboard_plugin_hidden.format.alerts import Alert
    from tensorboard_plugin_hidden.logger.probe import Probe
    from tensorboard_plugin_hidden.logger.schedule import denser_after_alert, every, log_spaced
    from tensorboard_plugin_hidden.logger.training_log import TrainingLog
    from tensorboard_plugin_hidden.logger.writer import SummaryWriter

try:
    __version__ = version("tensorboard-plugin-hidden")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"

__all__ = [
    "Alert",
    "HiddenError",
    "HiddenWarning",
    "Probe",
    "SummaryWriter",
    "TrainingLog",
    "denser_after_alert",
    "every",
    "log_spaced",
    "webhook",
]

_HOMES = {
    "SummaryWriter": "logger.writer",
    "Alert": "format.alerts",
    "Probe": "logger.probe",
    "TrainingLog": "logger.training_log",
    "denser_after_alert": "logger.schedule",
    "every": "logger.schedule",
    "log_spaced": "logger.schedule",
    "webhook": "alerts.notification",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
