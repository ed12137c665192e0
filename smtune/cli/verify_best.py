"""smtune verify-best JOB: the best configurations trained again, with other seeds."""

from __future__ import annotations

from typing import Any

import click

from smtune.cli.options import output_option, prices_of, target_option
from smtune.cli.retrain_options import refuse_contradictions, retrain_options
from smtune.where import Where

_SEED = "The hyperparameter that is the seed, where smtune does not know it."


@click.command(short_help="Retrain the best: skill or luck?")
@click.argument("job")
@target_option
@click.option("--top", default=3, show_default=True, type=click.IntRange(1), help="How many configurations.")
@click.option("--repeats", default=5, show_default=True, type=click.IntRange(2), help="Training jobs of each.")
@click.option("--seed-hyperparameter", metavar="NAME", help=_SEED)
@click.option("--no-seed", "is_unseeded", is_flag=True, help="Change nothing: each training draws for itself.")
@click.option("--new", "is_new", is_flag=True, help="All of it anew, though it was verified before.")
@retrain_options("repeats")
@output_option("table", "json")
@click.pass_context
def command(ctx: click.Context, /, job: str, target: Where, output: str, **options: Any) -> None:
    """Train the best configurations of JOB again with other seeds and say which is really the best, and what was luck.

    JOB is over. Each repeat is a training job like the original, but for its seed. Interrupted anywhere, run it again:
    what is there is found, also by --repeats and --top with higher numbers. With --no-wait only as many are started as
    may run at once; the next run goes on. Exit code 1 where no configuration has two repeats with an objective.

    \b
    smtune verify-best JOB --dry-run
    smtune verify-best JOB --top 3 --repeats 5 --yes
    smtune verify-best JOB --repeats 12 -o json
    """
    _check(ctx, options)
    from smtune.cli.sessions import session_for, terms_for
    from smtune.cli.text import remark
    from smtune.cli.verified import agree, follow, print_plan, print_verified, tell_plan
    from smtune.errors import JobError, WaitTimeoutError
    from smtune.session import is_local
    from smtune.session.alike import trained_alike
    from smtune.verify import VerifyOptions, plan_verification, stop_repeats, verified

    with session_for(job, target) as found:
        session = trained_alike(found, job)
        terms = terms_for(session, remark)
        if options["stop"]:
            names = stop_repeats(session, job)
            remark("\n".join(f"{name} is stopping" for name in names) or f"no repeat of {job} runs")
            return
        chosen = {name: options[name] for name in ("top", "repeats", "seed_hyperparameter", "is_unseeded", "is_new")}
        prices = prices_of(options["price_file"])
        plan = plan_verification(
            session, job, VerifyOptions(**chosen, parallel=options["parallel"], prices=prices, terms=terms)
        )
        if options["dry_run"]:
            print_plan(plan, output, is_free=is_local(session))
            return
        tell_plan(plan, is_free=is_local(session))
        if plan.to_start and not is_local(session) and not options["yes"] and not agree(ctx, plan):
            remark("nothing was started")
            ctx.exit(130)
        plan = follow(ctx, session, plan, {"wait": options["wait"], "timeout": options["timeout"], "terms": terms})
    result = verified(plan)
    print_verified(result, output)
    if options["wait"] and not plan.is_over:
        message = (
            f"the time is up; the repeats that run go on. Come back: smtune verify-best {job}, with the same options"
        )
        raise WaitTimeoutError(message)
    if plan.is_over and all(item.completed < 2 for item in result.judgement.standings):
        message = f"no configuration of {job} has two repeats with an objective; see: smtune logs TRAINING_JOB"
        raise JobError(message)


def _check(ctx: click.Context, options: dict[str, Any]) -> None:
    refuse_contradictions(
        ctx, options, "repeat of JOB", ("is_new", "top", "repeats", "seed_hyperparameter", "is_unseeded")
    )
    if options["is_unseeded"] and options["seed_hyperparameter"] is not None:
        raise click.UsageError("--no-seed changes none, --seed-hyperparameter names one: say one of them", ctx)
