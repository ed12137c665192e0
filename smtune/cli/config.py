"""smtune config show: what holds on this machine, and who says it."""

from __future__ import annotations

from typing import Any

import click

from smtune.cli.options import output_option
from smtune.cli.places import place_options


@click.group(short_help="What is configured here.")
def command() -> None:
    """What holds for every launch: region, role, bucket, network, keys, tags; and who says so.

    \b
    smtune config show --origin
    """


@command.command("show", short_help="Print the settings that hold.")
@place_options
@click.option("--origin", is_flag=True, help="Say of each who says it, and what it overrules.")
@output_option("table", "json")
def show(reach: dict[str, Any], place: dict[str, Any], origin: bool, output: str) -> None:
    """Print what holds here, without a network; the values of secrets are hidden. JSON always has the origins.

    A setting fills what a spec leaves open; a role given as option or variable replaces the spec's own.

    \b
    smtune config show --origin
    smtune config show --profile prod -o json
    """
    from smtune.cli.text import print_json, remark
    from smtune.config import load_configuration
    from smtune.config.keys import KEYS
    from smtune.where import Where

    found = load_configuration(Where(None, **reach), place)
    said = {name: found.said.get(name, ()) for name in KEYS}
    if output == "json":
        print_json({name: _origins(items) for name, items in said.items() if items})
    else:
        width = max(map(len, KEYS))
        for name, items in said.items():
            if items:
                click.echo(f"{name:<{width}}  {_shown(items[0].value)}" + (f"  ({items[0].origin})" if origin else ""))
            for item in items[1:] if origin else ():
                click.echo(f"{'':<{width}}  overrules {_shown(item.value)}  ({item.origin})")
    for uri in found.unread:
        remark(f"note: {uri} is read when there is a session")
    if not any(said.values()):
        remark("nothing is configured here; the settings are: " + ", ".join(KEYS))


def _origins(items: Any) -> dict[str, Any]:
    each = [{"value": _discreet(item.value), "origin": item.origin} for item in items]
    return {**each[0], "overrules": each[1:]}


def _discreet(value: Any) -> Any:
    """A value without passwords: those of environment variables, and that of an address."""
    from smtune.rules.discreet import conceal
    from smtune.secrecy import hide

    if isinstance(value, dict):
        return conceal(value)
    return hide(value, ()) if isinstance(value, str) else value


def _shown(value: Any) -> str:
    value = _discreet(value)
    if isinstance(value, dict):
        return ", ".join(f"{key}={inner}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
