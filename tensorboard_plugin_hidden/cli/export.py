"""``hidden export``: a run as tables for other tools, or as one page to look at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tensorboard_plugin_hidden.tables.files import Write

_SUFFIXES = {
    "csv": ".csv",
    "json": ".json",
    "npz": ".npz",
    "parquet": ".parquet",
    "label-errors": ".label-errors.csv",
    "cleanlab": ".cleanlab.npz",
    "fiftyone": ".fiftyone.json",
    "emblaze": ".emblaze.json",
}


@click.command()
@click.argument("run", metavar="RUN", type=click.Path())
@click.option("--format", "kind", type=click.Choice(list(_SUFFIXES)), help="A table of one layer.")
@click.option("--html", "page", is_flag=True, help="One page that shows the run without TensorBoard.")
@click.option(
    "--out", metavar="FILE", type=click.Path(), help="Where to write; default the run's name, in this directory."
)
@click.option("--layer", metavar="NAME", help="Only this layer; may be left out when there is one, and for a page.")
@click.option("--method", metavar="NAME", help="Only this method's map; default `hidden`, and all for a page.")
@click.option(
    "--activations", is_flag=True, help="Take along what the layer holds (npz), or neighbours and pictures (page)."
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def export(
    run: str,
    kind: str | None,
    page: bool,
    out: str | None,
    layer: str | None,
    method: str | None,
    activations: bool,
    force: bool,
) -> None:
    """Take a run away: as tables for other tools, or as one page to look at and pass on.

    RUN is the directory that was given to SummaryWriter.

    csv, parquet and json tell of every sample at every step: its class, what was predicted and how sure, its place on
    the map. npz has the same as arrays. label-errors lists the samples whose labels are in doubt, and why. cleanlab,
    fiftyone and emblaze are what those tools read. docs/export.md shows how each is loaded.

    With --html everything that the tab would show goes into one file, which any browser opens from disk.
    """
    if page == (kind is not None):
        raise click.UsageError("Say either --html or --format.")
    if activations and kind not in (None, "npz"):
        raise click.UsageError("--activations goes with --html and --format npz.")
    from tensorboard_plugin_hidden.export.files import new_file
    from tensorboard_plugin_hidden.export.history import read_layer, run_name

    path = Path(out if out is not None else run_name(run) + (".html" if kind is None else _SUFFIXES[kind]))
    with new_file(path, force=force) as file:
        if kind is None:
            from tensorboard_plugin_hidden.export.page import write_page

            steps = write_page(run, file, layer=layer, method=method, activations=activations)
        else:
            history = read_layer(run, layer, method)
            _writer(kind, activations)(history, file)
            steps = len(history.steps)
    click.echo(f"{path}: {_size(path.stat().st_size)}, {steps} {'epoch' if steps == 1 else 'epochs'}")


def _writer(kind: str, activations: bool) -> Write:
    from tensorboard_plugin_hidden.export import label_errors, tools
    from tensorboard_plugin_hidden.tables import files

    writers: dict[str, Write] = {
        "csv": files.write_csv,
        "json": files.write_json,
        "npz": lambda history, file: files.write_npz(history, file, activations=activations),
        "parquet": files.write_parquet,
        "label-errors": label_errors.write_label_errors,
        "cleanlab": tools.write_cleanlab,
        "fiftyone": tools.write_fiftyone,
        "emblaze": tools.write_emblaze,
    }
    return writers[kind]


def _size(count: int) -> str:
    """Bytes for a reader.

    >>> _size(800), _size(3_140_000)
    ('1 kB', '3.1 MB')
    """
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} kB"
