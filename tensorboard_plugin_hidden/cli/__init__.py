"""The ``hidden`` command. Each subcommand is a file that parses arguments and calls the package."""

from __future__ import annotations

import sys

import click

from tensorboard_plugin_hidden import __version__
from tensorboard_plugin_hidden.cli.check import check
from tensorboard_plugin_hidden.cli.demo import demo
from tensorboard_plugin_hidden.cli.export import export
from tensorboard_plugin_hidden.cli.project import project
from tensorboard_plugin_hidden.errors import HiddenError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hidden")
def cli() -> None:
    """See what your network's hidden representation is doing while it trains, inside TensorBoard."""


cli.add_command(check)
cli.add_command(demo)
cli.add_command(export)
cli.add_command(project)


def main() -> None:
    """Entry point of the console script: a ``HiddenError`` is a message, not a traceback."""
    try:
        cli(standalone_mode=False)
    except HiddenError as error:
        click.echo(f"hidden: {error}", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("hidden: interrupted", err=True)
        sys.exit(130)
