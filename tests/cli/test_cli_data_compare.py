"""smtune data compare, as it is typed."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import boto3
import numpy as np
import pandas as pd
import pytest
from s3_stub import SECRET, S3Stub

from smtune.cli import main
from smtune.session import connect

pytest_plugins = ["upload_places"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """a.csv, b.csv of the same pool, and c.csv, in which people are older."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(5)
    for name, age in (("a", 50), ("b", 50), ("c", 60)):
        frame = pd.DataFrame({"sick": random.integers(0, 2, 120), "age": random.normal(age, 10, 120).round(2)})
        frame.to_csv(f"{name}.csv", index=False)
    return tmp_path


def test_what_differs_is_a_table_and_a_verdict(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "compare", "a.csv", "c.csv", "--label", "sick"]) == 0
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert lines[:2] == ["A  a.csv: 120 rows", "B  c.csv: 120 rows"]
    assert lines[3].split() == ["column", "kind", "distance", "p", "B", "against", "A"]
    assert lines[4].startswith("age     numbers ")
    assert "median " in lines[4]
    assert lines[6].startswith("classifier on features: AUC 0.")
    assert lines[7].startswith("  relies on age: without it the AUC falls by 0.")
    assert lines[-1] == "differs: the features (age), the label not"


def test_a_difference_fails_where_that_is_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "compare", "a.csv", "c.csv", "--fail-on", "difference"]) == 1
    assert main(["data", "compare", "a.csv", "b.csv", "--fail-on", "difference"]) == 0
    assert "\nno difference found (120 rows and 120): " in capsys.readouterr().out


def test_as_json_and_csv(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--alpha", "0.01", "--seed", "3", "--limit", "0"]
    assert main(["data", "compare", "a.csv", "c.csv", *options, "-o", "json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["verdict"], record["alpha"], record["columns"][0]["column"]) == ("differs", 0.01, "age")
    assert main(["data", "compare", "a.csv", "c.csv", *options, "-o", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["column"], row["differs"]) for row in rows] == [("age", "True"), ("sick", "False")]


def test_files_without_names_for_their_columns(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "c"):
        Path(name).write_text("".join(Path(f"{name}.csv").read_text().splitlines(keepends=True)[1:]))
    options = ["--no-header", "--format", "csv", "--label", "0", "--group", "1"]
    assert main(["data", "compare", "a", "c", *options]) == 0
    assert "note: a: one row of each column 1, 118 of 120 rows" in capsys.readouterr().err


def test_every_format_by_its_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = pd.read_csv("a.csv")
    frame.to_json("lines", orient="records", lines=True)
    frame.to_parquet("table")
    Path("sparse").write_text("".join(f"{row.sick} 1:{row.age}\n" for row in frame.itertuples()))
    assert main(["data", "compare", "lines", "lines", "--format", "jsonl"]) == 0
    assert main(["data", "compare", "table", "table", "--format", "parquet"]) == 0
    assert main(["data", "compare", "sparse", "sparse", "--format", "libsvm"]) == 0
    printed = capsys.readouterr()
    assert printed.out.count("no difference found (120 rows and 120)") == 3
    assert printed.err.count("120 rows of ") == 3, "all rows are in both"


def test_what_cannot_be_compared_is_a_wrong_argument(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "compare", "a.csv", "b.csv", "--header", "--label", "ill"]) == 2
    assert "--label: a.csv has no column 'ill'" in capsys.readouterr().err
    assert main(["data", "compare", "a.csv", "s3://"]) == 253
    assert "no AWS region: set AWS_REGION, or use this machine: --local" in capsys.readouterr().err
    assert main(["data", "compare", "a.csv", "s3://", "--local"]) == 2
    assert "is not an S3 URI: write s3://bucket/prefix" in capsys.readouterr().err


@pytest.fixture
def stored(folder: Path) -> boto3.Session:
    """The same files below s3://bucket/NAME/ of the local engine."""
    session = connect("local")
    for name in "abc":
        body = Path(f"{name}.csv").read_bytes()
        session.client("s3").put_object(Bucket="bucket", Key=f"{name}/part.csv", Body=body)
    return session


def test_a_file_and_a_place_of_the_local_engine(stored: boto3.Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "compare", "a.csv", "s3://bucket/c", "--local", "--label", "sick"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["A  a.csv: 120 rows", "B  s3://bucket/c: 120 rows"]
    assert lines[-1] == "differs: the features (age), the label not"
    words = ["data", "compare", "s3://bucket/a/", "s3://bucket/c/part.csv", "--local", "--fail-on", "difference"]
    assert main([*words, "-o", "json"]) == 1
    record = json.loads(capsys.readouterr().out)
    assert (record["a"]["name"], record["b"]["name"]) == ("s3://bucket/a/", "s3://bucket/c/part.csv")


def test_of_a_large_place_the_limit_is_fetched(stored: boto3.Session, capsys: pytest.CaptureFixture[str]) -> None:
    lines = "".join(f"{number % 2},{number * 7 % 90}\n" for number in range(400_000))
    stored.client("s3").put_object(Bucket="bucket", Key="large/part.csv", Body=f"sick,age\n{lines}".encode())
    assert main(["data", "compare", "s3://bucket/large", "a.csv", "--local", "--limit", "1"]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert re.fullmatch(r"A  s3://bucket/large: 2\d\d,\d{3} rows, a part of them, 20,000 of them compared", first)


def test_a_place_that_is_not_there_is_an_error_of_s3(stored: boto3.Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "compare", "a.csv", "s3://bucket/d", "--local"]) == 254
    said = capsys.readouterr()
    assert (said.out, said.err.splitlines()[0]) == ("", "error: NoSuchKey: there is nothing at s3://bucket/d")
    assert "beside it there is a/, b/, c/" in said.err


def test_profile_region_and_endpoint_say_whose_s3_it_is(
    folder: Path, stub: S3Stub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    keys = f"[mine]\naws_access_key_id = MINE\naws_secret_access_key = {SECRET}\n"
    Path(os.environ["AWS_SHARED_CREDENTIALS_FILE"]).write_text(keys)
    stub.objects["bucket", "c/part.csv"] = Path("c.csv").read_bytes()
    where = ["--aws", "--profile", "mine", "--region", "eu-west-3", "--endpoint-url", stub.url]
    assert main(["data", "compare", "a.csv", "s3://bucket/c/", *where]) == 0
    assert capsys.readouterr().out.endswith("differs: the features (age)\n")
    assert {request.headers["authorization"].split("/")[2] for request in stub.requests} == {"eu-west-3"}
    assert all("Credential=MINE/" in request.headers["authorization"] for request in stub.requests)


def test_files_of_this_machine_need_no_account(folder: Path) -> None:
    script = "import sys; from smtune.cli import main; code = main(['data', 'compare', 'a.csv', 'b.csv']); "
    script += "sys.exit(code or 'boto3' in sys.modules or 'botocore' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


def clinic(
    count: int, seed: int, years: float = 0, wards: str = "north south east", together: float = 0
) -> pd.DataFrame:
    """The sets of the example in docs/data.md."""
    random = np.random.default_rng(seed)
    dose, weight = random.normal(size=(2, count))
    weight = together * dose + (1 - together**2) ** 0.5 * weight
    return pd.DataFrame(
        {
            "outcome": random.integers(0, 2, count),
            "age": random.normal(50 + years, 10, count).round(1),
            "dose": (20 + 4 * dose).round(2),
            "weight": (75 + 12 * weight).round(1),
            "ward": random.choice(wards.split(), count),
        }
    )


def test_the_page_shows_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    clinic(600, 1).to_csv("train.csv", index=False)
    clinic(400, 2, 6, "north south east west", 0.8).to_csv("clinic.csv", index=False)
    page = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
    block = page.partition("$ smtune data compare ")[2].partition("```")[0]
    arguments, _, shown = block.partition("\n")
    assert main(["data", "compare", *arguments.split()]) == 0
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == shown.splitlines()
