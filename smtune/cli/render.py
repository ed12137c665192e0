"""smtune render SPEC: the request that AWS would get."""

from __future__ import annotations

from typing import Any

import click

from smtune.cli.options import spec_argument


@click.command(short_help="Print the request.")
@spec_argument
@click.option("--region", default="us-east-1", show_default=True, help="Whose images to name.")
@click.option("--account", default="000000000000", show_default=True, help="Whose bucket and role to name.")
def command(layers: Any, region: str, account: str) -> None:
    """Print SPEC's CreateHyperParameterTuningJob request as JSON; no account, no network.

    Data and code that `run` uploads stand in it under the places they would have by default. What `limits.budget` makes
    of the limits depends on prices: `smtune plan` shows that.

    \b
    smtune render spec.yaml --region eu-west-1 --account 123456789012 > request.json
    smtune render base.yaml -f prod.yaml --set limits.jobs=50
    """
    from smtune.cli.text import print_json
    from smtune.request import Site, to_request
    from smtune.spec import load_spec

    spec = load_spec(layers)
    print_json(to_request(spec, Site(region=region, account=account)))
    if spec.limits.budget is not None:
        click.echo("note: limits.budget may lower these limits, which smtune plan shows", err=True)
