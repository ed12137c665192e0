"""smtune best JOB: the best training job with all its metrics, and its model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from smtune.cli.options import output_option, target_option

_LIMITS = ("max_size", "max_ratio", "max_members")


@click.command(short_help="The best training job.")
@click.argument("job")
@target_option
@output_option("table", "json")
@click.option("--metric", metavar="NAME", help="The best by this metric, instead of the objective.")
@click.option("--maximize/--minimize", "is_maximized", default=None, help="With --metric: more, or less, is better.")
@click.option("--download", type=click.Path(path_type=Path), metavar="DIR", help="Fetch the model into DIR; unpack it.")
@click.option("--max-size", type=click.FloatRange(min=0), metavar="GB", help="Unpack no more than this (50).")
@click.option("--max-ratio", type=click.FloatRange(min=1), metavar="N", help="Unpack to no more than N times (200).")
@click.option("--max-members", type=click.IntRange(min=1), metavar="N", help="Unpack no more files (100000).")
def command(job: str, target: Any, output: str, download: Path | None, **options: Any) -> None:
    """Print the best training job of JOB so far: hyperparameters, final metrics, model.

    Exit code 1 while no training job has completed. --download puts model.tar.gz into DIR and its contents into
    DIR/model: it goes on where it was cut off, does nothing where the model is there, and refuses an archive with
    links, devices, names that lead elsewhere, or more than the limits allow.

    \b
    smtune best JOB -o json
    smtune best JOB --download model
    smtune best JOB --metric validation:auc --maximize
    """
    if options["is_maximized"] is not None and options["metric"] is None:
        raise click.UsageError("--maximize and --minimize go with --metric", click.get_current_context())
    if download is None and any(options[name] is not None for name in _LIMITS):
        message = "--max-size, --max-ratio and --max-members are limits of --download"
        raise click.UsageError(message, click.get_current_context())
    from smtune.cli.sessions import session_for
    from smtune.cli.text import near_path
    from smtune.errors import JobError
    from smtune.session import locate

    with session_for(job, target) as session:
        best, is_maximized = _best(session, job, options["metric"], options["is_maximized"])
        if best is None:
            message = f"{job} has no completed training job; see: smtune results {job}"
            raise JobError(message)
        model = locate(session, best.model_artifact)
        folder = _download(session, best, download, options) if download is not None else None
    if output == "json":
        _print_json(best, model, folder)
        return
    pairs = {
        "training job": best.name,
        "objective": f"{best.metric}, {'maximized' if is_maximized else 'minimized'}",
        "model": near_path(model),
        "unpacked": folder and str(folder),
    }
    _print(best, {name: value for name, value in pairs.items() if value is not None})


def _best(session: Any, job: str, metric: str | None, is_maximized: bool | None) -> tuple[Any, bool]:
    """The best training job, and whether more was better."""
    from smtune.metric_lab.metric_name import is_maximized as guess
    from smtune.progress import describe
    from smtune.results import Calls, best_by, pull
    from smtune.results.space import algorithms
    from smtune.results.trials import best_of

    if metric is None:
        described = describe(session, job)
        best = best_of(Calls(session), described)
        known = {item.metric: item.is_maximized for item in algorithms(described)}
        return best, known.get(best.metric, False) if best else False
    trials = pull(session, job)
    known = {item.metric: item.is_maximized for item in trials.algorithms}
    if is_maximized is None:
        is_maximized = known.get(metric, guess(metric))
    if is_maximized is None:
        raise click.UsageError(f"is more or less of {metric} better? say --maximize or --minimize")
    return best_by(trials, metric, is_maximized=is_maximized), is_maximized


def _download(session: Any, best: Any, folder: Path, options: dict[str, Any]) -> Path:
    import dataclasses

    from smtune.errors import JobError
    from smtune.results import Calls
    from smtune.results.download import download_model
    from smtune.results.unpack import Limits

    if not best.model_artifact:
        message = f"{best.name} has no model: leave --download out"
        raise JobError(message)
    size = options["max_size"]
    given = {
        "size": None if size is None else int(size * 1e9),
        "ratio": options["max_ratio"],
        "members": options["max_members"],
    }
    limits = dataclasses.replace(Limits(), **{name: value for name, value in given.items() if value is not None})
    return download_model(Calls(session), best.model_artifact, folder, limits)


def _print_json(best: Any, model: str, folder: Path | None) -> None:
    from smtune.cli.text import print_json
    from smtune.rules.discreet import conceal

    print_json(
        {
            "training_job_name": best.name,
            "hyperparameters": dict(best.hyperparameters),
            "static_hyperparameters": conceal(best.static_hyperparameters),
            "metric": best.metric,
            "objective": best.objective,
            "metrics": dict(best.metrics),
            "model_artifact": model,
            "model_artifact_uri": best.model_artifact,
            **({"unpacked": str(folder)} if folder is not None else {}),
        }
    )


def _print(best: Any, pairs: dict[str, Any]) -> None:
    from smtune.cli.text import print_pairs

    print_pairs(pairs)
    for values in (best.hyperparameters, best.metrics):
        click.echo()
        print_pairs(values)
