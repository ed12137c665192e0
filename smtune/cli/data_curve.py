"""smtune data curve JOB: the best configuration on parts of its own rows; what would more rows bring?"""

from __future__ import annotations

from typing import Any

import click

from smtune.cli.options import output_option, prices_of, target_option
from smtune.cli.retrain_options import refuse_contradictions, retrain_options
from smtune.where import Where

_LIMIT = "Fetch the training rows if they have so many megabytes at most; 0 is any number."
_METRIC = "What is measured on the validation rows, rather than the objective."
_TRAIN_METRIC = "The same on the training rows; else the one that goes with it."
_TARGET = "The loss that is wanted; else human level, where the spec of JOB says it."
_CHOSEN = ("repeats", "seed", "metric", "train_metric", "channel", "header", "to", "parallel")
_NOT_TO_STOP = ("shares", "repeats", "seed", "metric", "train_metric", "wanted", "channel", "header", "limit", "to")


class Shares(click.ParamType[tuple[float, ...]]):
    """Percentages as in `12.5,25,50,100`, read as shares of 1."""

    name = "shares"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:
        try:
            return tuple(float(part) / 100 for part in value.split(","))
        except ValueError:
            self.fail(f"{value!r} is no list of percentages: write it as 12.5,25,50,100", param, ctx)


@click.command(short_help="Say what more training rows would bring.")
@click.argument("job")
@target_option
@click.option("--shares", type=Shares(), default="12.5,25,50,100", show_default=True, metavar="%,%,...",
              help="The parts of the training rows to train on.")  # fmt: skip
@click.option("--repeats", default=3, show_default=True, type=click.IntRange(1), help="Trainings on each part.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Decides which rows are drawn.")
@click.option("--metric", metavar="NAME", help=_METRIC)
@click.option("--train-metric", metavar="NAME", help=_TRAIN_METRIC)
@click.option("--target", "wanted", type=float, metavar="LOSS", help=_TARGET)
@click.option("--channel", metavar="NAME", help="The channel of the training rows; else train or training.")
@click.option("--header/--no-header", default=None, help="Whether CSV begins with names; else as it looks.")
@click.option("--limit", default=1024, show_default=True, type=click.IntRange(0), metavar="MB", help=_LIMIT)
@click.option("--to", metavar="S3_PREFIX", help="Where the parts go; else beside the data of JOB.")
@retrain_options("trainings")
@output_option("table", "json")
@click.pass_context
def command(ctx: click.Context, /, job: str, target: Where, output: str, **options: Any) -> None:
    """Train the best configuration of JOB on parts of its own training rows, and say what more rows would bring.

    JOB is over; its training rows are CSV, LIBSVM or JSON lines on S3. They are fetched once, parts of them are drawn
    and put beside the data of JOB, and each part is trained on like the original, with the same validation rows.
    Interrupted anywhere, run it again: what is there is found. The verdict is `more rows help`, `no gain shown`,
    `cannot be enough` (for the target) or `not enough evidence`. Exit code 1 where no training brought a loss.

    \b
    smtune data curve JOB --dry-run
    smtune data curve JOB --yes
    smtune data curve JOB --shares 25,50,75,100 --repeats 6 --target 0.05 -o json
    """
    refuse_contradictions(ctx, options, "training of JOB on a part", _NOT_TO_STOP)
    from smtune.cli.curved import agree, follow, print_grown, print_plan, tell_plan
    from smtune.cli.sessions import session_for, terms_for
    from smtune.cli.text import remark
    from smtune.errors import JobError, WaitTimeoutError
    from smtune.growth import grown, growth_plan, stop_trainings
    from smtune.session import is_local
    from smtune.session.alike import trained_alike

    with session_for(job, target) as found:
        session = trained_alike(found, job)
        terms = terms_for(session, remark)
        if options["stop"]:
            names = stop_trainings(session, job)
            remark("\n".join(f"{name} is stopping" for name in names) or f"no training of {job} on a part runs")
            return
        with growth_plan(session, job, _options(options, session, terms)) as plan:
            if options["dry_run"]:
                print_plan(plan, output, is_free=is_local(session))
                return
            tell_plan(plan, is_free=is_local(session))
            if plan.to_start and not is_local(session) and not options["yes"] and not agree(ctx, plan):
                remark("nothing was started")
                ctx.exit(130)
            how = {"wait": options["wait"], "timeout": options["timeout"], "terms": terms}
            done = follow(ctx, session, plan, how)
    result = grown(done)
    print_grown(result, output, is_free=is_local(session))
    if options["wait"] and not done.is_over:
        message = (
            f"the time is up; the trainings that run go on. Come back: smtune data curve {job}, with the same options"
        )
        raise WaitTimeoutError(message)
    if done.is_over and not done.points:
        message = f"no training of {job} on a part brought a loss; see: smtune logs TRAINING_JOB"
        raise JobError(message)


def _options(options: dict[str, Any], session: Any, terms: Any) -> Any:
    from smtune.data.upload.settings import UploadSettings
    from smtune.growth import GrowthOptions
    from smtune.session import configuration_of

    chosen = {name: options[name] for name in _CHOSEN}
    return GrowthOptions(
        **chosen,
        shares=options["shares"],
        target=options["wanted"],
        limit=options["limit"] << 20,
        prices=prices_of(options["price_file"]),
        uploads=UploadSettings(kms_key=configuration_of(session).text("upload_key")),
        terms=terms,
    )
