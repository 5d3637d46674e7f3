"""``hidden project``: frames from a run's files alone."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click


@click.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False))
@click.option("--method", default="hidden", show_default=True, help="Projection method.")
@click.option("--follow", is_flag=True, help="Go on as training logs more, until its writer is closed.")
def project(run: str, method: str, follow: bool) -> None:
    """Draw the maps that RUN lacks, from the snapshots it holds.

    RUN is the directory that was given to SummaryWriter. What is drawn is written beside the run's own event file, so
    training may go on meanwhile.
    """
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    from tensorboard_plugin_hidden.format.constants import ASSETS_DIR
    from tensorboard_plugin_hidden.format.journal import Journal
    from tensorboard_plugin_hidden.format.schema import Record
    from tensorboard_plugin_hidden.format.summaries import event
    from tensorboard_plugin_hidden.projection.offline import OfflineProjection

    projection = OfflineProjection(run, method)
    todo = projection.waiting()
    if not todo and not follow:
        click.echo(f"Every snapshot of {run} has its map by method {method!r}.")
        return
    # Its own event file in its own directory: a second one beside the run's would make TensorBoard's Python loader
    # drop what training logs from then on.
    with closing(EventFileWriter(str(Path(run, ASSETS_DIR)))) as events:
        journal = Journal(run, lambda summary, step: events.add_event(event(summary, step)))

        def deliver(frame, arrays):  # type: ignore[no-untyped-def]
            journal.write(frame, arrays)
            events.flush()

        with click.progressbar(todo, label=f"projecting {Path(run).name}", show_pos=True) as bar:
            for record in bar:
                projection.draw(record, deliver)

        def drawn(record: Record) -> None:
            click.echo(f"{record.tag} drawn")

        if follow:
            projection.follow(deliver, drawn)
