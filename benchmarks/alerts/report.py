"""Writes what was found: margins as code, and the chapter of ``docs/alerts.md`` between its two marks."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.alerts.evaluation import FIXED, PACES, PUBLISHED, TARGET, WINDOW_EPOCHS, WITHOUT_LOG, Result, detectors
from benchmarks.alerts.faults import FAULTS
from benchmarks.alerts.held_out_kinds import HELD_OUT_KINDS
from tensorboard_plugin_hidden.alerts import margins as margins_module
from tensorboard_plugin_hidden.alerts.calibration import Delays, wilson
from tensorboard_plugin_hidden.alerts.margins import MARGINS

_PAGE = Path(__file__).parents[2] / "docs" / "alerts.md"
_BEGIN, _END = "<!-- calibration: begin -->", "<!-- calibration: end -->"
_BASELINES = ("loss alone", "accuracy alone", "gradient norm alone")


def write_margins(found: dict[str, float]) -> None:
    """Replaces the table in ``alerts/margins.py``; margins that were not calibrated stay."""
    path = Path(margins_module.__file__)
    head, _, rest = path.read_text().partition("MARGINS: dict[str, float] = {\n")
    tail = rest[rest.index("}\n") :]
    table = MARGINS | {key: _rounded(value) for key, value in found.items()} | FIXED
    lines = "".join(f'    "{key}": {value},\n' for key, value in table.items())
    path.write_text(f"{head}MARGINS: dict[str, float] = {{\n{lines}{tail}")


def write_chapter(text: str) -> None:
    """Replaces what is between the marks of the page."""
    page = _PAGE.read_text()
    before, rest = page.split(_BEGIN)
    _PAGE.write_text(f"{before}{_BEGIN}\n{text}\n{_END}{rest.split(_END)[1]}")


def chapter(result: Result) -> str:
    """The tables, as Markdown."""
    parts = [_intro(result), _false_alarms(result), _kinds(result), _faults(result), _leads(result), _rules(result)]
    return "\n\n".join(parts)


def _intro(result: Result) -> str:
    calibration, held_out, faulty, kinds = result.counts
    return (
        f"Margins come from {calibration} healthy trainings on digits and {kinds} of other kinds; false alarms are "
        f"counted in {held_out} others on digits and in others of every kind, and each of the ten faults was trained "
        f"{faulty} times on digits, with seeds of its own. A training on digits is 40 epochs, and every "
        f"detector may alarm in at most {TARGET:.0%} of the healthy trainings that cross-validation leaves out. "
        f"Mean accuracy of healthy trainings in the end: {result.accuracy['healthy']:.3f}."
    )


def _false_alarms(result: Result) -> str:
    lines = [
        "| detector | healthy trainings that alarm, four snapshots an epoch | one snapshot an epoch | slack |",
        "|---|---|---|---|",
    ]
    for name in [*detectors(), PUBLISHED]:
        cells = [_share(result.false_alarms.get((name, pace))) for pace in PACES]
        slack = " / ".join(f"{result.slack[name, pace]:g}" for pace in PACES if (name, pace) in result.slack)
        lines.append(f"| {name} | {cells[0]} | {cells[1]} | {slack or '–'} |")
    return "\n".join(lines)


def _kinds(result: Result) -> str:
    lines = [
        "| healthy trainings of the kind | four snapshots an epoch | one | without a training log: four | one |",
        "|---|---|---|---|---|",
    ]
    where = [(name, pace) for name in ("all rules", WITHOUT_LOG) for pace in PACES]
    held = {kind: found for kind, found in result.kinds.items() if kind in HELD_OUT_KINDS}
    for kind, found in result.kinds.items():
        mark = "*" if kind in HELD_OUT_KINDS else ""
        lines.append(
            f"| {mark}{kind}{mark} | {' | '.join(f'{hits}/{total}' for hits, total in (found[w] for w in where))} |"
        )
    for name, kinds in (("all", result.kinds), ("*all that are held out*", held)):
        sums = [(sum(f[w][0] for f in kinds.values()), sum(f[w][1] for f in kinds.values())) for w in where]
        lines.append(f"| {name} | {' | '.join(_share(one) for one in sums)} |")
    return "\n".join(lines)


def _faults(result: Result) -> str:
    lines = [
        f"| fault (accuracy in the end) | detected in {WINDOW_EPOCHS} epochs | alarm before the onset (of the others, "
        "detected) | delay, epochs (95 % of resampled medians) | one snapshot an epoch: detected, delay | "
        "without a training log: detected, delay | loss alone: detected, delay | SentryCam's rule: detected | "
        "fires first |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for fault in FAULTS:
        ours = result.delays["all rules", "quarter", fault]
        coarse = result.delays["all rules", "epoch", fault]
        loss = result.delays["loss alone", "quarter", fault]
        plain = result.delays[WITHOUT_LOG, "quarter", fault]
        published = result.delays[PUBLISHED, "epoch", fault]
        first = ", ".join(f"`{key}` {count}" for key, count in list(result.first[fault].items())[:3])
        lines.append(
            f"| {fault} ({result.accuracy[fault]:.2f}) | {_share((ours.detected, ours.total))} | "
            f"{ours.early} ({ours.detected} of {ours.total - ours.early}) | {_delay(ours, PACES['quarter'])} | "
            f"{coarse.detected}/{coarse.total}, {_number(coarse.median)} | "
            f"{plain.detected}/{plain.total}, {_number(plain.median / PACES['quarter'])} | "
            f"{loss.detected}/{loss.total}, {_number(loss.median / PACES['quarter'])} | "
            f"{published.detected}/{published.total}, {published.early} early | {first or '–'} |"
        )
    return "\n".join(lines)


def _leads(result: Result) -> str:
    lines = [
        "| fault | lead over loss, epochs | over accuracy | over gradient norm | geometry only over loss, detected |",
        "|---|---|---|---|---|",
    ]
    for fault in FAULTS:
        cells = [_lead(*result.leads[name, "quarter", fault]) for name in _BASELINES]
        geometry, loss = (result.delays[name, "quarter", fault] for name in ("geometry only", "loss alone"))
        with np.errstate(invalid="ignore"):
            lead = (loss.median - geometry.median) / PACES["quarter"]
        lines.append(
            f"| {fault} | {' | '.join(cells)} | {_number(lead, signed=True)}, {geometry.detected}/{geometry.total} |"
        )
    return "\n".join(lines)


def _rules(result: Result) -> str:
    lines = [
        "| rule | healthy trainings that alarm | detected, of each fault (median delay, epochs) |",
        "|---|---|---|",
    ]
    faulty = result.counts[2]
    for name, (false, seen) in result.by_rule.items():
        found = ", ".join(_of_rule(fault, delay) for fault, delay in seen.items() if delay.detected) or "none"
        lines.append(f"| {name} | {_share((false, result.counts[1]))} | {found} (of {faulty}) |")
    return "\n".join(lines)


def _of_rule(fault: str, found: Delays) -> str:
    return f"{fault} {found.detected} ({_number(found.median / PACES['quarter'])})"


def _share(hits: tuple[int, int] | None) -> str:
    if hits is None:
        return "–"
    low, high = wilson(*hits)
    return f"{hits[0]}/{hits[1]} = {hits[0] / max(hits[1], 1):.0%} [{low:.0%}, {high:.0%}]"


def _delay(found: Delays, pace: int) -> str:
    low, high = found.interval
    return f"{_number(found.median / pace)} [{_number(low / pace)}, {_number(high / pace)}]"


def _lead(median: float, interval: tuple[float, float]) -> str:
    return f"{_number(median, signed=True)} [{_number(interval[0], signed=True)}, {_number(interval[1], signed=True)}]"


def _number(value: float, *, signed: bool = False) -> str:
    if np.isnan(value):
        return "–"
    if np.isinf(value):
        return "never" if not signed else ("only ours" if value > 0 else "only theirs")
    return f"{value:+.2f}" if signed else f"{value:.2f}"


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")
