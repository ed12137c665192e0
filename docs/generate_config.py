"""Writes docs/config.md from the table of settings: `python docs/generate_config.py`. A test compares the two."""

from __future__ import annotations

from pathlib import Path

from smtune.config.keys import KEYS, Key

TARGET = Path(__file__).with_name("config.md")
_HEAD = """\
# Configuration: what holds for every launch

<!-- Generated: python docs/generate_config.py -->

What an account, a project or a machine says once does not have to stand in every spec: region and profile, the role,
the bucket, networks, keys, tags. `smtune config show --origin` prints what holds here, who says it and what it
overrules; it needs no network. Values of variables that are named like secrets are hidden.

```sh
smtune config show --origin
smtune config show --profile prod -o json
```

## Who wins

1. An option, as `--region` or `--role`.
2. A variable, as `SMTUNE_ROLE`; AWS's own variables come after smtune's.
3. The spec.
4. The project: the nearest `smtune.toml`, or `[tool.smtune]` of the nearest `pyproject.toml` that has one, from the
   current folder up to the root of its repository.
5. You: `~/.config/smtune/config.toml` (or below `XDG_CONFIG_HOME`).
6. The SageMaker SDK's defaults files: yours (`~/.config/sagemaker/config.yaml`, or `SAGEMAKER_USER_CONFIG_OVERRIDE`),
   then the administrator's (`/etc/xdg/sagemaker/config.yaml`, or `SAGEMAKER_ADMIN_CONFIG_OVERRIDE`). One on S3 is read
   when there is a session: by `launch`, `doctor` and `plan --online`.
7. The AWS config file (`~/.aws/config`, or `AWS_CONFIG_FILE`), for the region and the endpoint.

What stands below the spec fills what the spec leaves open, and every plan and launch has a note for each: nothing comes
from elsewhere unsaid. Tags and environment variables are filled name by name. Subnets and security groups come together
or not at all where the spec has either. Nothing of this is used for `--local`: this machine has no account.

Any option of any command can also be given as a variable: `SMTUNE_`, the command and the option, as
`SMTUNE_WAIT_TIMEOUT=2h` or `SMTUNE_PLAN_JOB_MINUTES=2:5:20`.

## smtune.toml

```toml
profile = "research"
region = "eu-west-1"
role = "arn:aws:iam::123456789012:role/training"
bucket = "research-tuning"
subnets = ["subnet-0a1b2c3d"]
security_groups = ["sg-0a1b2c3d"]
isolation = true

[tags]
team = "pricing"
```

A setting that there is none of is refused, with the nearest that there is.

## Every setting

"""
_TAIL = """
## The role

In this order: `--role`, `SMTUNE_ROLE`, the spec, the files above, and in SageMaker Studio or on a notebook instance the
execution role it runs with (`/opt/ml/metadata/resource-metadata.json`; in an older Studio SageMaker is asked for it,
and may refuse where the role comes from elsewhere). Without any, a launch on AWS is refused before
anything is sent.

## Credentials, retries and endpoints

Credentials are boto3's: variables, profiles, SSO, instance and container roles. smtune stores none. Every client
retries in botocore's adaptive mode, up to ten times, so that a client that is throttled sends less. `--endpoint-url`
(or `endpoint_url`) sends every service to one address; `AWS_ENDPOINT_URL_S3` and the like, one service.
"""


def generate() -> str:
    """The text of config.md."""
    rows = ["| setting | is | variables | SageMaker defaults | spec |", "|---|---|---|---|---|"]
    rows += [_row(key) for key in KEYS.values()]
    return _HEAD + "\n".join(rows) + "\n" + _TAIL


def _row(key: Key) -> str:
    kinds = {"text": "", "flag": " true or false.", "list": " A list.", "table": " A table."}
    cells = (
        f"`{key.name}`",
        key.meaning + kinds[key.kind],
        ", ".join(f"`{name}`" for name in key.environment),
        f"`{'.'.join(key.sagemaker[1:])}`" if key.sagemaker else "",
        f"`{'.'.join(key.spec)}`" if key.spec else "",
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    TARGET.write_text(generate(), encoding="utf-8")
