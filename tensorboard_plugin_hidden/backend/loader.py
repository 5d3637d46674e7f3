"""The entry point that TensorBoard imports at start.

Imports the standard library and TensorBoard only: an ImportError here would stop the user's TensorBoard.
"""

from __future__ import annotations

import argparse

from tensorboard.plugins import base_plugin

from tensorboard_plugin_hidden.format.constants import PLUGIN_NAME


class HiddenLoader(base_plugin.TBLoader):  # type: ignore[misc]
    """Makes the plugin; whatever goes wrong in there, TensorBoard reports and carries on without it."""

    def fix_flags(self, flags: argparse.Namespace) -> None:
        """Asks both loaders to keep every step of this plugin's tags, unless the user set a number.

        A second belt: every record has a tag of its own, so nothing is lost without this either.
        """
        samples = getattr(flags, "samples_per_plugin", None)
        if isinstance(samples, dict):
            samples.setdefault(PLUGIN_NAME, 0)

    def load(self, context: base_plugin.TBContext) -> base_plugin.TBPlugin:
        """The plugin for this TensorBoard."""
        from tensorboard_plugin_hidden.backend.plugin import HiddenPlugin

        return HiddenPlugin(context)
