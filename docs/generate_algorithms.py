"""Writes docs/algorithms.md from the tables of the built-in algorithms: `python docs/generate_algorithms.py`.

A test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from smtune.algorithms.builtins import BuiltIn, Channel, Metric, Parameter, builtin, builtin_names
from smtune.algorithms.images import families
from smtune.local.programs.catalog import STAND_INS

TARGET = Path(__file__).with_name("algorithms.md")
_HEAD = """\
# The built-in algorithms

<!-- Generated: python docs/generate_algorithms.py -->

What smtune knows about SageMaker's built-in algorithms without asking anybody: their images in every region, the
metrics they report, the hyperparameters they take and the ranges that are worth searching. The images are the data of
the SageMaker Python SDK; the rest follows the Amazon SageMaker developer guide, and for XGBoost the training container
itself. What the guide does not say is not checked.

```yaml
apiVersion: smtune/v1
name: customer-segments
algorithm: {builtin: kmeans, version: "1"}
objective: {minimize: test:msd}
hyperparameters:
  feature_dim: 12
  k: 5
  mini_batch_size: {min: 3000, max: 15000}
  init_method: {values: [random, kmeans++]}
limits: {jobs: 20, parallel: 2}
compute: {instance: ml.m5.large}
data:
  channels:
    train: {uri: s3://my-bucket/segments/train, content_type: text/csv;label_size=0}
    test: {uri: s3://my-bucket/segments/test, content_type: text/csv;label_size=0}
```

`version` is the image's. Put it in quotes where it looks like a number. The column *here* says what the
[local engine](local.md#built-in-algorithms) runs, and the extra that it takes.
"""
_CONTAINERS = """\
## Algorithms in a framework's container

LightGBM, CatBoost, TabTransformer and AutoGluon-Tabular have no image of their own. Each is an archive with a script
that runs in the PyTorch or AutoGluon container, and `version` is that container's. A spec names two more things, both
in the bucket `jumpstart-cache-prod-REGION`:

* the source archive, as the hyperparameters `sagemaker_program` and `sagemaker_submit_directory`
* the artifact that comes with it, as the channel `model`

Their paths, and the container they were made for, change from release to release, and nothing offline knows them. The
SDK does: `script_uris.retrieve`, `model_uris.retrieve` and `image_uris.retrieve` with the id of the model, such as
`lightgbm-classification-model`. The first release of LightGBM and CatBoost was made for PyTorch 1.9.0.

The service does not know their metrics either: a request has to define the objective metric, with the regular
expression of the table. The guide's `[0-9.]+` reads 8.3e-05 as 8.3; here the exponent is read too.
"""
_LEGEND = """\
## Reading the tables

Bold: required. Legal values are as documented: `[` and `]` include the end of an interval, `(` and `)` do not. A range
in the last column means that the hyperparameter is documented as one to tune; tuning another one is a warning.
"""
_DIRECTIONS = {"Maximize": "maximize", "Minimize": "minimize"}


def generate() -> str:
    """The text of algorithms.md."""
    tables = [table for name in builtin_names() if (table := builtin(name))]
    blocks = [_HEAD, _summary(tables), _CONTAINERS, _LEGEND]
    return "\n".join([*blocks, *("\n".join(_page(table)) for table in tables)])


def _summary(tables: Iterable[BuiltIn]) -> str:
    head = "| builtin | algorithm | versions | here | hyperparameters | tunable | metrics |"
    lines = [head, "|---|---|---|---|---:|---:|---:|"]
    for table in tables:
        tunable = sum(parameter.tunable for parameter in table.parameters.values())
        counts = f"{len(table.parameters)} | {tunable} | {len(table.metrics)}"
        cells = f"[`{table.name}`](#{table.name}) | {table.title} | {_versions(table)} | {_here(table.name)}"
        lines.append(f"| {cells} | {counts} |")
    return "\n".join(lines) + "\n"


def _here(name: str) -> str:
    """What the local engine takes to run it."""
    if name not in STAND_INS:
        return "no"
    return f"`smtune[{STAND_INS[name].extra}]`" if STAND_INS[name].extra else "yes"


def _versions(table: BuiltIn) -> str:
    if table.container:
        return f"those of the container `{families()[table.container].repository}`"
    return _code(families()[table.name].versions)


def _page(table: BuiltIn) -> Iterator[str]:
    yield f"## {table.name}\n"
    yield f"{table.title}\n"
    for page in table.source:
        yield f"* [{page.rpartition('/')[2].removesuffix('.html')}]({page})"
    yield f"* Channels: {', '.join(map(_channel, table.channels))}"
    yield f"* Input modes: {_code(table.input_modes)}"
    if table.content_types:
        yield f"* Content types: {_code(table.content_types)}"
    if table.open:
        yield "* The guide lists the most common hyperparameters only; others are passed on."
    if table.metrics:
        yield "\n| objective metric | direction | regular expression |\n|---|---|---|"
        yield from map(_metric, table.metrics.values())
    else:
        yield "* The guide names no objective metric."
    yield "\n| hyperparameter | type | legal | default | recommended range |\n|---|---|---|---|---|"
    yield from map(_parameter, table.parameters.values())
    yield ""


def _channel(channel: Channel) -> str:
    name = f"**`{channel.name}`**" if channel.required else f"`{channel.name}`"
    return name + "".join(f" (or `{other}`)" for other in channel.also)


def _metric(metric: Metric) -> str:
    regex = f"`{metric.regex}`" if metric.regex else ""
    return f"| `{metric.name}` | {_noted(_DIRECTIONS[metric.direction], metric.note)} | {regex} |"


def _parameter(parameter: Parameter) -> str:
    name = f"**`{parameter.name}`**" if parameter.required else f"`{parameter.name}`"
    if parameter.required_when:
        other, value = parameter.required_when
        name += f" (required with `{other}{': ' if value else ''}{value}`)"
    legal = ([f"`{parameter.legal}`"] if parameter.legal else []) + [f"`{each}`" for each in parameter.choices if each]
    default = f"`{parameter.default}`" if parameter.default else ""
    recommended = f"`{parameter.recommended}`" if parameter.recommended else ""
    return f"| {_noted(name, parameter.note)} | {parameter.kind} | {', '.join(legal)} | {default} | {recommended} |"


def _noted(text: str, note: str) -> str:
    return f"{text} ({note})" if note else text


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    TARGET.write_text(generate(), encoding="utf-8")
