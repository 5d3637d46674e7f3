"""``python -m tensorboard_plugin_hidden.cli`` is the ``hidden`` command."""

from tensorboard_plugin_hidden.cli import main

main()
