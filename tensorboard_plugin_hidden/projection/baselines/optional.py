"""Libraries that only some methods need: imported when such a method runs, and missed with the command that helps."""

from __future__ import annotations

import importlib
from types import ModuleType

from tensorboard_plugin_hidden.errors import HiddenError


def imported(module: str, extra: str, method: str) -> ModuleType:
    """A library that comes with one of this package's extras.

    Args:
        module: Its import name.
        extra: The extra that installs it.
        method: The projection method that needs it.

    Returns:
        The library.

    Raises:
        HiddenError: It is not installed, or cannot be imported.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise HiddenError(
            f"the method {method} needs a library that is not here",
            expected=f"the package {module}",
            got=str(error),
            fix=f'Run: pip install "tensorboard-plugin-hidden[{extra}]"',
        ) from error
