"""Libraries that only some methods need: imported when such a method runs, and missed with the command that helps."""

from __future__ import annotations

import importlib
from types import ModuleType

from tensorboard_plugin_hidden.errors import HiddenError


def imported(module: str, package: str, method: str) -> ModuleType:
    """A library that may be missing: one of an extra, or one that this Python is too new for.

    Args:
        module: Its import name.
        package: What pip installs for it.
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
            fix=f'Run: pip install "{package}". All other methods work without it.',
        ) from error
