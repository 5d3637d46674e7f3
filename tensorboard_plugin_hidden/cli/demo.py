"""``hidden demo``: a real training run and a TensorBoard that shows it."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn

import click

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.installed import tensorboard_trouble

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

_START_SECONDS = 60

_SERVER = """
import os, threading
threading.Thread(target=lambda: (os.read(0, 1), os._exit(0)), daemon=True).start()
from tensorboard.main import run_main
run_main()
"""
"""TensorBoard, which ends with the process that started it, also where that is killed: its standard input ends then."""


@click.command()
@click.option("--logdir", default="runs", show_default=True, help="Where to log.")
@click.option("--epochs", default=20, show_default=True, type=click.IntRange(min=1), help="How long to train.")
@click.option("--serve/--no-serve", default=True, show_default=True, help="Start TensorBoard and keep it running.")
@click.option(
    "--then",
    "scripts",
    multiple=True,
    metavar="SCRIPT",
    type=click.Path(exists=True, dir_okay=False),
    help="Run this training script afterwards, with a run's directory as its argument; may be given several times.",
)
def demo(logdir: str, epochs: int, serve: bool, scripts: tuple[str, ...]) -> None:
    """Train a small CNN on handwritten digits and watch its hidden layer live."""
    run = _new_run(Path(logdir), "digits")
    with _orderly_end(), contextlib.ExitStack() as stack:
        if serve:
            url = stack.enter_context(_tensorboard(logdir))
            click.secho(f"\n  Watch it live:  {url}#hidden\n", bold=True)
        click.echo("Loading PyTorch …", nl=False)
        from tensorboard_plugin_hidden.demo import train_digits

        click.echo(f"\rTraining a CNN on handwritten digits; logging to {run}")
        bar: ProgressBar[int] = click.progressbar(length=epochs, label="epoch", show_pos=True)
        with bar:
            train_digits(str(run), epochs, tick=lambda: bar.update(1))
        for script in scripts:
            _run_script(Path(script), Path(logdir))
        if serve:
            with contextlib.suppress(KeyboardInterrupt):
                click.secho(f"\n  Done. TensorBoard goes on at {url}#hidden", bold=True)
                click.echo("  Ctrl-C ends it.")
                while True:
                    time.sleep(3600)


@contextlib.contextmanager
def _orderly_end() -> Iterator[None]:
    """Lets SIGTERM and SIGHUP end a block as Ctrl-C does, so that what it started ends with it."""

    def end(number: int, frame: object) -> NoReturn:
        raise SystemExit(128 + number)

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # What is ignored stays so: `nohup` does that.
    numbers = [n for n in (getattr(signal, name) for name in names) if signal.getsignal(n) is signal.SIG_DFL]
    for number in numbers:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


def _run_script(script: Path, logdir: Path) -> None:
    """Runs a script that trains, to its end."""
    run = _new_run(logdir, script.stem.replace("_", "-"))
    click.echo(f"Running {script}; logging to {run}")
    done = subprocess.run([sys.executable, str(script), str(run)], check=False)
    if done.returncode:
        raise HiddenError(
            "the script failed",
            expected=f"{script} to train and log to {run}",
            got=f"its exit code {done.returncode}",
            fix="Its own message is above.",
        )


def _new_run(logdir: Path, name: str) -> Path:
    """A directory of its own for this run, so that an earlier demo stays."""
    run, number = logdir / name, 1
    while run.exists():
        number += 1
        run = logdir / f"{name}-{number}"
    return run


@contextlib.contextmanager
def _tensorboard(logdir: str) -> Iterator[str]:
    """Runs TensorBoard on a free port of this machine, and gives its URL."""
    if trouble := tensorboard_trouble():
        raise trouble
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    command = [sys.executable, "-c", _SERVER, "--logdir", logdir, "--host", "127.0.0.1", "--port", str(port)]
    url = f"http://127.0.0.1:{port}/"
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*command, "--reload_interval", "1"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said
        )
        try:
            _wait_until_it_answers(process, url, said)
            yield url
        finally:
            process.terminate()
            process.wait()


def _wait_until_it_answers(process: subprocess.Popen[bytes], url: str, said: IO[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(url, timeout=1).close()
            return
        time.sleep(0.2)
    raise HiddenError(
        "TensorBoard did not start",
        expected=f"an answer from {url} within {_START_SECONDS} seconds",
        got="none" if process.poll() is None else f"its exit code {process.returncode}{_last_line(said)}",
        fix="Run `tensorboard --logdir runs` by hand to see more.",
    )


def _last_line(said: IO[bytes]) -> str:
    """What a program that ended said last, which of a traceback is the error; empty when it said nothing."""
    said.seek(0)
    lines = said.read().decode(errors="replace").split("\n")
    return next((f" and “{line.strip()}”" for line in reversed(lines) if line.strip()), "")
