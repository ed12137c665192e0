"""smtune doctor: what would keep a tuning job from running, and the command that mends each."""

from __future__ import annotations

from typing import Any

import click

from smtune.cli.options import optional_spec_argument, output_option, target_option
from smtune.where import Where


@click.command(short_help="Check what a launch needs.")
@optional_spec_argument
@click.option("--role", metavar="ARN", help="The role of the training jobs, instead of the spec's.")
@click.option("--bucket", metavar="NAME", help="Where data and models go; else the account's default.")
@target_option
@output_option("table", "json")
def command(layers: Any, role: str | None, bucket: str | None, target: Where, output: str) -> int:
    """Check what would keep a tuning job from running on AWS, and say which command mends it.

    Credentials, clock, region, role, permissions, bucket, keys and quotas; with SPEC also its images, data, network
    and warm start. Nothing is changed. With --local: this machine instead. Exit code 1 where a check failed, 253
    without credentials.

    \b
    smtune doctor
    smtune doctor spec.yaml --role arn:aws:iam::123456789012:role/training
    smtune doctor --local
    """
    if target.target == "local":
        if layers is not None or role or bucket:
            message = "--local looks at this machine alone: leave SPEC, --role and --bucket out"
            raise click.UsageError(message, click.get_current_context())
        from smtune.preflight import examine_machine

        return _report({"place": "local"}, examine_machine(), output)
    from smtune.cli.examined import examine_aws, has_credentials
    from smtune.session import connect

    session = connect(target)
    subject, checks = examine_aws(session, layers, {"role": role, "bucket": bucket})
    code = _report({"place": "aws", "region": subject.region, "account": subject.account or None}, checks, output)
    return code if has_credentials(session) else 253


def _report(about: dict[str, str | None], checks: Any, output: str) -> int:
    failed = any(check.state == "failed" for check in checks)
    if output == "json":
        from smtune.cli.text import print_json

        print_json({"ok": not failed, **about, "checks": [check.to_dict() for check in checks]})
    else:
        from smtune.cli.checks import print_checks

        print_checks(checks)
    return 1 if failed else 0
