"""What smtune's offline commands take, next to only importing what others are built on.

    python benchmarks/start_up.py [--rounds 9]

Run it with the interpreter that smtune is installed for. The ratios are the result; see docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from measure import Case, measure, table

HERE = Path(__file__).resolve().parent
SHORT = HERE.parent / "templates" / "quickstart" / "spec.yaml"
LONG = HERE / "long.yaml"
SDK = "import sagemaker.train.tuner"
"""The module with the SDK's HyperparameterTuner. `import sagemaker` alone loads nothing: it is a namespace."""
CLIENT = "import boto3; boto3.client('sagemaker', region_name='us-east-1')"
SMTUNE = "from smtune.cli import main; main()"
"""What the installed program `smtune` does."""


def python(name: str, code: str, *arguments: str | Path) -> Case:
    """A case that runs `code`."""
    return Case(name, (sys.executable, "-c", code, *map(str, arguments)))


def smtune(name: str, *arguments: str | Path) -> Case:
    """A case that runs a command of smtune."""
    return python(name, SMTUNE, *arguments)


def all_cases(request: Path) -> list[Case]:
    """Everything that is measured; `request` is that of the long spec."""
    return [
        python("python -c pass", "pass"),
        python(SDK, SDK),
        python("boto3.client('sagemaker')", CLIENT),
        smtune("smtune --help", "--help"),
        smtune("smtune validate, quickstart", "validate", SHORT),
        smtune("smtune validate, 300 lines", "validate", LONG),
        smtune("smtune render, quickstart", "render", SHORT),
        smtune("smtune render, 300 lines", "render", LONG),
        smtune("smtune plan, quickstart", "plan", SHORT),
        smtune("smtune plan, 300 lines", "plan", LONG),
        smtune("smtune schema", "schema"),
        smtune("smtune init", "init"),
        smtune("smtune clone --request", "clone", "--request", request),
    ]


def render(spec: Path, target: Path) -> None:
    """Write the request of `spec` to `target`."""
    with target.open("wb") as stream:
        subprocess.run((sys.executable, "-c", SMTUNE, "render", str(spec)), stdout=stream, check=True)


def make_fair(folder: str) -> None:
    """Set the variables of all runs: bytecode is kept, as after an installation, and nobody looks for credentials."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = folder
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    os.environ.update(dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "none"))


def machine() -> str:
    """Where this is measured, in one line."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("smtune", "sagemaker", "boto3", "pydantic"))
    load = f"load {os.getloadavg()[0]:.1f}"
    return f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} CPUs, {load}; {packages}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Compare smtune's start-up with importing the SageMaker SDK.")
    parser.add_argument("--rounds", type=int, default=9, help="how often each command is measured (default: 9)")
    rounds = parser.parse_args(arguments).rounds
    if rounds < 1:
        parser.error("--rounds is at least 1")
    with tempfile.TemporaryDirectory() as folder:
        make_fair(folder)
        request = Path(folder) / "request.json"
        render(LONG, request)
        print(f"before: {machine()}", flush=True)
        samples = measure(all_cases(request), rounds)
    print(f"after:  load {os.getloadavg()[0]:.1f}")
    print(f"ratios to `{SDK}` in the same round; medians of {rounds} rounds\n")
    print("\n".join(table(samples, SDK)))


if __name__ == "__main__":
    main()
