"""A tuning job's report as text."""

from __future__ import annotations

from typing import Any

import click

from smtune.cli.text import duration, near_path, print_pairs, show
from smtune.diagnosis.text import render
from smtune.results import Best, training_jobs
from smtune.run import Report


def print_report(report: Report, session: Any) -> None:
    """Best training job, its hyperparameters and errors, the diagnosis; on stdout."""
    progress = report.progress
    counts = {"completed": progress.completed, "failed": progress.failed, "stopped": progress.stopped}
    shown = ", ".join(f"{count} {name}" for name, count in counts.items() if count or name == "completed")
    click.echo(f"\nTuning job {progress.name}: {progress.status} in {duration(progress.elapsed)}, {shown}")
    if progress.failure_reason:
        click.echo(f"  {progress.failure_reason}")
    if report.best is not None:
        _print_best(report, report.best)
    elif progress.failed:
        _print_failure(session, progress.name)
    if report.diagnosis is not None:
        click.echo(f"\n{render(report.diagnosis).rstrip()}")
    print_corroborations(report)
    for note in report.notes:
        click.echo(f"\nnote: {note}")
    click.echo(f"\nAll training jobs: smtune results {progress.name}")


def print_corroborations(report: Report) -> None:
    """What the rows say of each mismatch, if there is any."""
    for each in report.corroborations:
        verdict, *columns = each.sentences
        click.echo(f"\n{verdict}")
        for column in columns:
            click.echo(f"  {column}")


def _print_best(report: Report, best: Best) -> None:
    metric, direction = report.objective
    click.echo(f"\nBest training job {best.name}")
    click.echo(f"  {metric} {show(best.objective)} ({direction.lower()}d)\n")
    print_pairs({f"  {name}": value for name, value in best.hyperparameters.items()})
    click.echo()
    measured = [(score, score.metrics) for score in (report.train_dev, report.evaluation) if score is not None]
    values = {**best.metrics, **{name: value for _, found in measured for name, value in found.items()}}
    metrics = {name: show(value) for name, value in values.items()}
    width = max(map(len, metrics.values()), default=0)
    for score, found in measured:
        rows = f"(best model on {score.rows} held-out rows)"
        metrics |= {name: f"{metrics[name]:<{width}}  {rows}" for name in found}
    print_pairs({f"  {name}": text for name, text in metrics.items()})
    click.echo(f"\n  model  {near_path(report.model_artifact)}")


def _print_failure(session: Any, tuning_job: str) -> None:
    """The first failure, where nothing succeeded: most often all have the same reason."""
    frame = training_jobs(session, tuning_job)
    failed = frame[frame["status"] == "Failed"].iloc[0]
    click.echo(f"\nThe first to fail, {failed['name']}:\n  {failed['failure_reason']}")
    click.echo(f"  Its log: smtune logs {failed['name']}")
