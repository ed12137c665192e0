"""The templates themselves: each says what it is, keeps to SageMaker's contract, and what claims to run here runs."""

from __future__ import annotations

import ast
import functools
import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import pytest

from smtune.cli import main
from smtune.local.sandbox import find_bubblewrap
from smtune.scaffold import PLACEHOLDER, copy_template, list_templates, templates_folder
from smtune.spec import Image, Script, TuningSpec, load_spec

TEMPLATES = list_templates()
DOCS = templates_folder().parent / "docs"


def text_of(name: str) -> str:
    return (templates_folder() / name / "spec.yaml").read_text(encoding="utf-8")


@functools.cache
def spec_of(name: str) -> TuningSpec:
    return load_spec(templates_folder() / name / "spec.yaml")


# What each says


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_begins_with_its_schema_what_it_is_and_how_to_run_it(name: str) -> None:
    lines = text_of(name).splitlines()
    assert lines[0] == "# yaml-language-server: $schema=smtune.schema.json"
    assert lines[1] == f"# {TEMPLATES[name].about}"
    assert re.match(r"# On (this machine|AWS)", lines[2])
    assert all(len(line) <= 125 for line in lines)
    assert len(lines) <= 50


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_names_a_place_that_could_be_somebody_elses(name: str) -> None:
    text = text_of(name)
    assert set(re.findall(r"s3://([\w-]+)", text)) <= {PLACEHOLDER}
    assert all(role == PLACEHOLDER for role in re.findall(r":role/(\S+)", text))


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_needs_an_account_says_whose_role_and_what_to_replace(name: str) -> None:
    if TEMPLATES[name].command is None:
        assert spec_of(name).role is not None
        assert f"once every {PLACEHOLDER} is yours" in text_of(name).splitlines()[2]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_has_its_paragraph_in_the_docs(name: str) -> None:
    page = (DOCS / "templates.md").read_text(encoding="utf-8")
    assert re.search(rf"^\*\*`{name}`\*\* ", page, re.MULTILINE)


def test_the_docs_name_no_template_that_is_not_there() -> None:
    page = (DOCS / "templates.md").read_text(encoding="utf-8")
    assert re.findall(r"^\*\*`([^`]+)`\*\*", page, re.MULTILINE) == list(TEMPLATES)


# The keys that are new to most people are all shown somewhere


@pytest.mark.parametrize(
    "key",
    [
        "hyperband",
        "completion",
        "warm_start",
        "autotune",
        "checkpoints",
        "retries",
        "early_stopping",
        "algorithms",
        "diagnosis",
        "security",
        "tags",
        "output",
    ],
)
def test_each_part_of_a_spec_is_in_some_template(key: str) -> None:
    assert any(key in spec_of(name).model_fields_set for name in TEMPLATES)


def test_each_way_to_search_is_in_some_template() -> None:
    assert {spec_of(name).strategy for name in TEMPLATES} == {"bayesian", "random", "grid", "hyperband"}


# What claims to run here runs, by its own command


def run(name: str, *changes: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The report of a template's own command with these settings, in a copy of it."""
    copy = copy_template(name, Path.cwd() / name)
    os.chdir(copy.spec.parent)
    assert copy.template.command is not None
    program, *arguments = shlex.split(copy.template.command)
    assert program == "smtune"
    settings = [word for change in changes for word in ("--set", change)]
    code = main([*arguments, *settings, "-o", "json"])
    shown = capsys.readouterr()
    assert code == 0, shown.err
    report: dict[str, Any] = json.loads(shown.out)
    return report


# The quickstart and the scikit-learn template run in test_run.py.
@pytest.mark.slow
def test_the_container_template_runs_here(capsys: pytest.CaptureFixture[str]) -> None:
    report = run("container", "limits.jobs=2", capsys=capsys)
    assert report["status"] == "Completed"
    assert report["best"]["metrics"]["validation:accuracy"] > 0.8


@pytest.mark.slow
def test_the_grid_template_runs_here_and_its_model_is_scored(capsys: pytest.CaptureFixture[str]) -> None:
    report = run("grid", "hyperparameters.cost.values=[10]", "hyperparameters.degree=1", capsys=capsys)
    assert report["status"] == "Completed"
    assert set(report["evaluation"]["metrics"]) == {"test:error", "test:logloss"}


@pytest.mark.slow
def test_the_hyperband_template_runs_here(capsys: pytest.CaptureFixture[str]) -> None:
    # Few epochs, at a rate that learns; nothing held out, because scoring takes as long as training.
    changes = ["hyperparameters.epochs=3", "hyperparameters.learning-rate=0.01", "limits.jobs=1", "limits.parallel=1"]
    report = run("hyperband", *changes, "data.split.train=0.85", "data.split.test=0", capsys=capsys)
    assert report["status"] == "Completed"
    assert report["best"]["metrics"]["validation:error"] < 0.5


@pytest.mark.slow
def test_the_pytorch_template_runs_here(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch")
    changes = ["hyperparameters.epochs=5", "hyperparameters.learning-rate=0.01", "limits.jobs=1", "limits.parallel=1"]
    report = run("pytorch", *changes, capsys=capsys)
    assert report["best"]["metrics"]["validation:error"] < 0.5
    assert set(report["evaluation"]["metrics"]) == {"test:error", "test:logloss"}


# SageMaker's contract, where nothing has to run


SCRIPTS = [name for name in TEMPLATES if re.search(r"\bscript: *\{", text_of(name))]  # fast: each process collects them


def test_these_are_all_templates_with_a_script() -> None:
    with_one = [
        name for name in TEMPLATES if any(isinstance(item.algorithm, Script) for item in spec_of(name).definitions)
    ]
    assert with_one == SCRIPTS


def script_of(name: str) -> Path:
    algorithm = spec_of(name).algorithm
    assert isinstance(algorithm, Script)
    return templates_folder() / name / algorithm.script.source_dir / algorithm.script.entry_point


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_takes_every_hyperparameter_of_its_spec(name: str) -> None:
    tree = ast.parse(script_of(name).read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    taken = {ast.literal_eval(call.args[0]) for call in calls if call.func.attr == "add_argument"}  # type: ignore[attr-defined]
    wanted = {f"--{hyperparameter}" for hyperparameter in spec_of(name).hyperparameters}
    assert wanted | {"--train", "--validation", "--model-dir"} == taken


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_can_be_imported_without_training_and_loads_its_own_model(name: str) -> None:
    tree = ast.parse(script_of(name).read_text(encoding="utf-8"))
    harmless = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.Expr, ast.If)
    assert all(isinstance(node, harmless) for node in tree.body)
    (guard,) = [node for node in tree.body if isinstance(node, ast.If)]
    assert ast.unparse(guard.test) == "__name__ == '__main__'"
    assert "model_fn" in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.fixture
def torch_script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The PyTorch script with a stand-in for torch: what it asks of SageMaker is its own."""
    torch = MagicMock()
    torch.nn.Module = object
    monkeypatch.setitem(sys.modules, "torch", torch)
    description = importlib.util.spec_from_file_location("torch_script", script_of("pytorch"))
    assert description is not None
    assert description.loader is not None
    module = importlib.util.module_from_spec(description)
    description.loader.exec_module(module)
    return module


def test_the_pytorch_script_reads_sagemakers_arguments_and_variables(
    torch_script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SM_CHANNEL_TRAIN", "/opt/ml/input/data/train")
    monkeypatch.setenv("SM_CHANNEL_VALIDATION", "/opt/ml/input/data/validation")
    monkeypatch.setenv("SM_MODEL_DIR", "/opt/ml/model")
    # As the container calls it: --NAME VALUE, sorted by name, every value as text.
    arguments = shlex.split("--batch-size 16 --dropout 0.25 --epochs 3 --hidden-units 32 --learning-rate 0.001")
    assert vars(torch_script.parse_arguments(arguments)) == {
        "batch_size": 16,
        "dropout": 0.25,
        "epochs": 3,
        "hidden_units": 32,
        "learning_rate": 0.001,
        "train": "/opt/ml/input/data/train",
        "validation": "/opt/ml/input/data/validation",
        "model_dir": "/opt/ml/model",
    }


def test_the_pytorch_script_prints_what_the_regexes_read_and_saves_where_it_is_told(
    torch_script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SM_MODEL_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["train.py", "--epochs", "2"])
    monkeypatch.setattr(torch_script, "read", MagicMock(return_value=(MagicMock(), MagicMock())))
    monkeypatch.setattr(torch_script, "Network", MagicMock())
    monkeypatch.setattr(torch_script, "train_epoch", MagicMock())
    monkeypatch.setattr(torch_script, "measure", MagicMock(side_effect=[(2.5, 0.5), (2.75, 0.625), (8e-5, 0), (1, 1)]))
    torch_script.main()

    log = capsys.readouterr().out.splitlines()
    read = {
        name: [float(found[1]) for line in log if (found := re.search(regex, line))]
        for name, regex in spec_of("pytorch").metrics.items()
    }
    assert read == {
        "train:logloss": [2.5, 0.00008],
        "train:error": [0.5, 0],
        "validation:logloss": [2.75, 1],
        "validation:error": [0.625, 1],
    }
    ((_, place),) = [call.args for call in torch_script.torch.save.call_args_list]
    assert place == str(tmp_path / "model.pt")


# The program of the container


def container(folder: Path, hyperparameters: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Call the program as a container would, with its /opt/ml in `folder`."""
    for name in ("input/config", "input/data/train", "input/data/validation", "model", "output"):
        (folder / name).mkdir(parents=True)
    for channel in ("train", "validation"):
        source = templates_folder() / "container" / "data" / channel / "iris.csv"
        (folder / "input/data" / channel / "iris.csv").write_bytes(source.read_bytes())
    (folder / "input/config/hyperparameters.json").write_text(json.dumps(hyperparameters), encoding="utf-8")
    program = [sys.executable, str(templates_folder() / "container" / "train"), "train"]
    environment = {"SM_INPUT_DIR": str(folder / "input"), "PATH": os.environ["PATH"]}
    return subprocess.run(program, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("weights", ["equal", "distance"])
def test_the_containers_program_reads_opt_ml_and_leaves_its_model_there(weights: str, tmp_path: Path) -> None:
    done = container(tmp_path, {"neighbours": "5", "power": "1.5", "weights": weights})
    assert done.returncode == 0, done.stderr
    (regex,) = spec_of("container").metrics.values()
    found = re.search(regex, done.stdout)
    assert found is not None
    assert float(found[1]) > 0.9
    assert len(json.loads((tmp_path / "model/model.json").read_text(encoding="utf-8"))["rows"]) == 105


def test_the_containers_program_says_why_it_failed(tmp_path: Path) -> None:
    assert container(tmp_path, {"neighbours": "many", "power": "2", "weights": "equal"}).returncode == 1
    assert (tmp_path / "output/failure").read_text(encoding="utf-8").startswith("ValueError: invalid literal")


def test_the_image_holds_the_program_that_runs_here() -> None:
    folder = templates_folder() / "container"
    algorithm = spec_of("container").algorithm
    assert isinstance(algorithm, Image)
    assert algorithm.program is not None
    recipe = (folder / "Dockerfile").read_text(encoding="utf-8")
    # SageMaker calls `docker run IMAGE train`: the program has to be on the PATH, by that name, and executable.
    assert f"COPY --chmod=755 {algorithm.program} /usr/local/bin/train\n" in recipe
    assert os.access(folder / algorithm.program, os.X_OK)


@pytest.mark.skipif(find_bubblewrap() is None, reason="only bubblewrap lends a program /opt/ml")
@pytest.mark.slow
def test_the_containers_program_finds_opt_ml_itself_as_on_aws(capsys: pytest.CaptureFixture[str]) -> None:
    copy = copy_template("container", Path.cwd() / "c")
    text = (copy.spec.parent / "train").read_text(encoding="utf-8")
    changed = text.replace('os.environ.get("SM_INPUT_DIR", "/opt/ml/input")', '"/opt/ml/input"')
    assert changed != text
    (copy.spec.parent / "train").write_text(changed, encoding="utf-8")
    assert main(["run", str(copy.spec), "--local", "--set", "limits.jobs=1", "--set", "limits.parallel=1"]) == 0
    assert "validation:accuracy 0." in capsys.readouterr().out
