"""smtune best JOB: the best training job with all its metrics."""

from __future__ import annotations

import click

from smtune.cli.options import output_option, target_option
from smtune.where import Where


@click.command(short_help="The best training job.")
@click.argument("job")
@target_option
@output_option("table", "json")
def command(job: str, target: Where, output: str) -> None:
    """Print the best training job of JOB so far: hyperparameters, final metrics, model.

    Exit code 1 while no training job has completed.

    \b
    smtune best JOB -o json
    """
    from smtune.cli.sessions import session_for
    from smtune.cli.text import near_path, print_json, print_pairs
    from smtune.errors import JobError
    from smtune.progress import describe
    from smtune.results import best_training_job
    from smtune.session import locate

    with session_for(job, target) as session:
        best = best_training_job(session, job)
        if best is None:
            message = f"{job} has no completed training job; see: smtune results {job}"
            raise JobError(message)
        objective = describe(session, job)["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
        model = locate(session, best.model_artifact)
    if output == "json":
        print_json(
            {
                "training_job_name": best.name,
                "hyperparameters": dict(best.hyperparameters),
                "static_hyperparameters": dict(best.static_hyperparameters),
                "objective": best.objective,
                "metrics": dict(best.metrics),
                "model_artifact": model,
                "model_artifact_uri": best.model_artifact,
            }
        )
        return
    goal = f"{objective['MetricName']}, {objective['Type'].lower()}d"
    print_pairs({"training job": best.name, "objective": goal, "model": near_path(model)})
    for values in (best.hyperparameters, best.metrics):
        click.echo()
        print_pairs(values)
