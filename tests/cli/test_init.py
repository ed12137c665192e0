"""smtune init."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtune.cli import main
from smtune.scaffold import list_templates
from smtune.validate import check_file


@pytest.mark.parametrize("template", list_templates())
def test_a_template_is_copied_whole_and_valid(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", template, "here/deep"]) == 0
    shown = capsys.readouterr()
    assert shown.out == "here/deep/spec.yaml\n"
    assert shown.err == "next: smtune run here/deep/spec.yaml --local\n"
    assert check_file(Path("here/deep/spec.yaml")) == ()
    assert list(Path("here/deep/data").glob("*.csv"))


def test_the_default_is_the_quickstart() -> None:
    assert main(["init"]) == 0
    assert Path("quickstart/spec.yaml").is_file()


def test_nothing_is_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    main(["init"])
    spec = Path("quickstart/spec.yaml")
    spec.write_text("mine", encoding="utf-8")
    capsys.readouterr()

    assert main(["init"]) == 2
    assert "is there already: name another folder" in capsys.readouterr().err
    assert spec.read_text(encoding="utf-8") == "mine"


def test_an_unknown_template_names_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "nope"]) == 2
    assert "no template 'nope'; there are: quickstart, scikit-learn" in capsys.readouterr().err


def test_list_says_what_each_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["quickstart", "scikit-learn"]
    assert not list(Path.cwd().iterdir())
