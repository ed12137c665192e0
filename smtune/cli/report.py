"""A tuning job's report as text."""

from __future__ import annotations

import click

from smtune.cli.text import duration, print_pairs, show
from smtune.diagnosis.text import render
from smtune.results import Best
from smtune.run import Report


def print_report(report: Report) -> None:
    """Best training job, its hyperparameters and errors, the diagnosis; on stdout."""
    progress = report.progress
    counts = {"completed": progress.completed, "failed": progress.failed, "stopped": progress.stopped}
    shown = ", ".join(f"{count} {name}" for name, count in counts.items() if count or name == "completed")
    click.echo(f"\nTuning job {progress.name}: {progress.status} in {duration(progress.elapsed)}, {shown}")
    if progress.failure_reason:
        click.echo(f"  {progress.failure_reason}")
    if report.best is not None:
        _print_best(report, report.best)
    if report.diagnosis is not None:
        click.echo(f"\n{render(report.diagnosis).rstrip()}")
    for note in report.notes:
        click.echo(f"\nnote: {note}")
    click.echo(f"\nMore: smtune results {progress.name}")


def _print_best(report: Report, best: Best) -> None:
    metric, direction = report.objective
    click.echo(f"\nBest training job {best.name}")
    click.echo(f"  {metric} {show(best.objective)} ({direction.lower()}d)\n")
    print_pairs({f"  {name}": value for name, value in best.hyperparameters.items()})
    click.echo()
    print_pairs({f"  {name}": value for name, value in best.metrics.items()})
    if report.evaluation is not None:
        rows = f"(best model on {report.evaluation.rows} held-out rows)"
        print_pairs({f"  {name}": f"{show(value)}  {rows}" for name, value in report.evaluation.metrics.items()})
    click.echo(f"\n  model  {report.model_artifact}")
