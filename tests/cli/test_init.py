"""smtune init."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smtune.cli import main
from smtune.scaffold import list_templates
from smtune.spec.schema import FILE


def test_the_default_is_the_quickstart(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 0
    assert Path("quickstart/spec.yaml").is_file()
    shown = capsys.readouterr()
    assert shown.out == "quickstart/spec.yaml\n"
    assert shown.err == "next: smtune run quickstart/spec.yaml --local\n"


@pytest.mark.parametrize(
    ("template", "next_step"),
    [
        ("container", "next: smtune run 'my job/spec.yaml' --local\n"),
        ("pytorch", "next, where torch is installed: smtune run 'my job/spec.yaml' --local\n"),
        ("grid", "next: smtune run 'my job/spec.yaml' --local\n"),
        (
            "linear-learner",
            (
                "next: write your own for every REPLACE-ME in 'my job/spec.yaml' (line 19), "
                "then: smtune plan 'my job/spec.yaml'\n"
            ),
        ),
    ],
)
def test_the_next_step_is_named_and_fits_the_template(
    template: str, next_step: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", template, "my job"]) == 0
    shown = capsys.readouterr()
    assert shown.out == "my job/spec.yaml\n"
    assert shown.err == next_step


def test_the_copy_has_the_schema_that_smtune_schema_prints(capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", "deepar"])
    capsys.readouterr()
    assert main(["schema"]) == 0
    assert Path("deepar", FILE).read_text(encoding="utf-8") == capsys.readouterr().out


def test_an_older_schema_stays_and_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    Path(FILE).write_text("{}", encoding="utf-8")
    assert main(["init", "deepar", "."]) == 0
    assert f"the {FILE} that was there stays; `smtune schema` prints this version's\n" in capsys.readouterr().err
    assert Path(FILE).read_text(encoding="utf-8") == "{}"


def test_nothing_is_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    main(["init"])
    spec = Path("quickstart/spec.yaml")
    spec.write_text("mine", encoding="utf-8")
    capsys.readouterr()

    assert main(["init"]) == 2
    assert "is there already: name another folder" in capsys.readouterr().err
    assert spec.read_text(encoding="utf-8") == "mine"


def test_an_unknown_template_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "quickstrat"]) == 2
    assert "no template 'quickstrat': did you mean quickstart?" in capsys.readouterr().err
    assert not list(Path.cwd().iterdir())


def test_list_says_in_groups_what_each_is_and_where_it_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--list"]) == 0
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    rows = [line for line in lines if line.startswith("  ")]
    assert [row.split()[0] for row in rows] == list(list_templates())
    assert [line for line in lines if not line.startswith("  ")] == [
        "Built-in algorithms",
        "Your own code",
        "Ways to search",
        "A company's account",
    ]
    # Aligned: the place stands in one column, what it is about in the next.
    column = rows[0].index("here  Tune the built-in XGBoost")
    assert {row[column : column + 6] for row in rows} == {"here  ", "AWS   "}
    assert {row[column - 2 : column] for row in rows} == {"  "}
    assert "AWS: needs an account" in shown.err
    assert not list(Path.cwd().iterdir())


def test_list_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--list", "-o", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [each["template"] for each in found] == list(list_templates())
    assert found[0] == {
        "template": "quickstart",
        "group": "Built-in algorithms",
        "about": "Tune the built-in XGBoost on 569 breast tumours and diagnose the best model.",
        "local": True,
    }


def test_a_copy_as_json_says_what_was_written_and_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "linear-learner", "here", "-o", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["spec"] == "here/spec.yaml"
    assert set(found["files"]) == {"here/spec.yaml", f"here/{FILE}", "here/data/breast_cancer.csv"}
    assert (found["template"], found["local"], found["replace"]) == ("linear-learner", False, [19])


def test_an_error_under_json_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "nope", "-o", "json"]) == 2
    shown = capsys.readouterr()
    assert "no template 'nope'" in json.dumps(json.loads(shown.err or shown.out))


def test_the_list_is_of_all_templates(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "quickstart", "--list"]) == 2
    assert "--list shows all templates: leave TEMPLATE out" in capsys.readouterr().err
