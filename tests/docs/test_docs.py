"""The documentation is complete, current, and what it shows works."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import click
import pytest
from local_jobs import GOOD, Run, wait_for
from pydantic import BaseModel

from smtune.cli import main
from smtune.cli.group import COMMANDS, EXIT_CODES, cli
from smtune.local.sandbox import find_bubblewrap
from smtune.local.session import LocalSession
from smtune.spec import Channel, Definition, TuningSpec, load_spec
from smtune.validate import check_file

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]
EXAMPLE_JOB = "breast-cancer-xgb-tp0wh4k2zq"


def text_of(*pages: str) -> str:
    return "\n".join((ROOT / page).read_text(encoding="utf-8") for page in pages)


def ids(page: Path) -> str:
    return page.name


def blocks(page: Path, language: str, *, marked: bool = False) -> list[str]:
    mark = r"<!-- runnable -->\n" if marked else ""
    return re.findall(rf"{mark}^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


# cli.md and the README


GENERATORS = sorted(file.stem for file in DOCS.glob("generate_*.py") if file.stem != "generate_demo")


def generator(name: str) -> ModuleType:
    description = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert description is not None
    assert description.loader is not None
    module = importlib.util.module_from_spec(description)
    sys.modules[name] = module  # a dataclass looks its module up
    description.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generated_page_is_current(name: str) -> None:
    module = generator(name)
    assert module.TARGET.read_text(encoding="utf-8") == module.generate(), f"run: python docs/{name}.py"


def test_every_leaf_field_of_the_request_is_settable_and_has_a_key_or_a_reason() -> None:
    fields = generator("generate_fields")
    rows = fields.rows()
    assert [row.leaf for row in rows if not row.key] == []
    without_key = {row.leaf for row in rows if row.key == "raw"}
    assert without_key == {row.leaf for row in rows if row.reason}
    # Each reason is for something: what a newer API drops has to go from the table as well.
    assert all(any(f"{leaf}.".startswith(f"{start}.") for leaf in without_key) for start in fields.RAW)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_in_the_docs(name: str) -> None:
    command = cli.get_command(click.Context(cli, **cli.context_settings), name)
    assert command is not None
    section = text_of("docs/cli.md").partition(f"\n## smtune {name}\n")[2].partition("\n## ")[0]
    for option in (item for item in command.params if isinstance(item, click.Option)):
        assert all(f"`{word}" in section for word in option.opts)
    assert f"`smtune {name}" in text_of("README.md")


def test_every_exit_code_is_in_the_docs() -> None:
    readme = text_of("README.md").partition("Exit codes: ")[2].partition("\n\n")[0]
    for code, meaning in EXIT_CODES.items():
        assert f"| {code} | {meaning} |" in text_of("docs/cli.md")
        assert re.search(rf"(^|\s){code}\s", readme)


def test_the_commands_of_the_readme_are_in_the_makefile() -> None:
    wanted = set(re.findall(r"^(?:\$ )?make (\w+)", text_of("README.md"), re.MULTILINE))
    targets = set(re.findall(r"^(\w+):", text_of("Makefile"), re.MULTILINE))
    assert {"demo", "test"} <= wanted <= targets


def test_the_readme_says_what_it_is_first() -> None:
    lines = text_of("README.md").splitlines()
    assert lines[0] == "# smtune"
    assert lines[5] == ""
    assert all(lines[2:5])


def test_every_page_is_linked_from_the_index_and_the_readme() -> None:
    for page in DOCS.glob("*.md"):
        if page.name != "index.md":
            assert f"({page.name})" in text_of("docs/index.md")
            assert f"(docs/{page.name})" in text_of("README.md")


# Every key, every variable


def keys(root: type[BaseModel], prefix: str, seen: set[type[BaseModel]]) -> Iterator[tuple[str, Any]]:
    """Path and field of every key of a spec; each model once, at the place that is nearest to the top."""
    waiting = [(root, prefix)]
    while waiting:
        model, start = waiting.pop(0)
        for name, field in model.model_fields.items():
            yield f"{start}{name}", field
            found = [item for item in models_in(field.annotation) if item[0] not in seen]
            seen.update(inner for inner, _ in found)
            waiting += [(inner, f"{start}{name}{plural}.") for inner, plural in found]


def models_in(annotation: Any, plural: str = "") -> Iterator[tuple[type[BaseModel], str]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, plural
    origin = str(getattr(annotation, "__origin__", ""))
    inner = ".NAME" if "Mapping" in origin else "[]" if "tuple" in origin else plural
    for argument in get_args(annotation):
        yield from models_in(argument, inner)


ROWS = {
    row[1]: row[0]
    for row in re.finditer(r"^\| `([^`]+)` \|.*\|$", (DOCS / "spec.md").read_text(encoding="utf-8"), re.MULTILINE)
}
# A channel also stands at `data.test`, which says only that it is one.
KEYS = dict(keys(TuningSpec, "", {Channel})) | dict(keys(Channel, "data.channels.NAME.", set()))
KEYS = {key: field for key, field in KEYS.items() if not key.startswith("algorithms[].") or key.count(".") == 1}


def test_the_walk_over_the_models_finds_the_deep_ones() -> None:
    assert {"hyperparameters.NAME.min", "data.split.stratify", "algorithms[].name", "diagnosis.metrics.test"} <= set(
        KEYS
    )
    assert {name for name in Definition.model_fields if name != "name"} <= set(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_of_the_spec_is_in_the_docs(key: str) -> None:
    assert key in ROWS
    name, kind, default, meaning, request = [cell.strip() for cell in ROWS[key].split("|")[1:-1]]
    assert name == f"`{key}`"
    assert kind
    assert meaning
    assert request
    assert default == "required" if KEYS[key].is_required() else default != "required"


def test_no_key_is_in_the_docs_that_is_not_in_the_spec() -> None:
    assert set(ROWS) == set(KEYS)


def test_every_variable_is_in_the_docs() -> None:
    used = {
        name
        for file in (ROOT / "smtune").rglob("*.py")
        for name in re.findall(r"\bSMTUNE_[A-Z_]+\b", file.read_text(encoding="utf-8"))
    }
    assert used
    for name in used:
        assert f"| `{name}` |" in text_of("docs/local.md") or f"`{name}" in text_of("docs/config.md")


# What the pages show


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_spec_in_a_page_is_valid(page: Path, tmp_path: Path) -> None:
    for block in blocks(page, "yaml"):
        if re.search(r"^name: ", block, re.MULTILINE):
            file = tmp_path / "spec.yaml"
            file.write_text(block, encoding="utf-8")
            assert check_file(file) == ()
        else:
            whole = load_spec(DOCS.parent / "templates/quickstart/spec.yaml").model_dump(exclude_defaults=True)
            first = block.split(":", 1)[0]
            text = json.dumps({key: value for key, value in whole.items() if key != first}) + "\n"
            assert load_spec(text).name == "breast-cancer-xgb"
            assert first in TuningSpec.model_fields


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_python_block_compiles(page: Path) -> None:
    for block in blocks(page, "python"):
        compile(block, str(page), "exec")


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_command_shown_exists(page: Path) -> None:
    for line in re.findall(r"^\$ (?:\w+=\S+ )*smtune (\S+)", page.read_text(encoding="utf-8"), re.MULTILINE):
        assert line in COMMANDS


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        linked = page.parent / file if file else page
        assert linked.is_file(), f"{page.name} links {target}"
        if anchor:
            assert anchor in anchors(linked), f"{page.name} links {target}"


def anchors(page: Path) -> set[str]:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_a_page_is_plain(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert all(len(line) <= 125 or line.startswith("|") for line in text.splitlines())
    assert text.endswith("\n")
    assert not re.search(r"[ \t]$", text, re.MULTILINE)


def test_what_is_marked_as_runnable_runs(
    submit: Run, session: LocalSession, capsys: pytest.CaptureFixture[str]
) -> None:
    name = submit(GOOD)
    wait_for(session, name)
    for page in PAGES:
        if page.name == "sdk.md":
            continue  # tests/sdk run it: the SDK takes seconds to import
        names: dict[str, Any] = {}
        for block in blocks(page, "python", marked=True):
            exec(compile(block.replace(EXAMPLE_JOB, name), str(page), "exec"), names)  # noqa: S102  our own pages
    printed = capsys.readouterr().out
    assert f"{name} Completed" in printed
    assert "metric" in printed


@pytest.mark.skipif(find_bubblewrap() is None, reason="a program that says /opt/ml needs bubblewrap")
def test_the_container_program_of_the_docs_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = DOCS / "scripts.md"
    (tmp_path / "train").write_text(blocks(page, "sh")[0], encoding="utf-8")
    (tmp_path / "train").chmod(0o755)
    (tmp_path / "data" / "train").mkdir(parents=True)
    (tmp_path / "data" / "train" / "rows.csv").write_text("1\n", encoding="utf-8")
    (tmp_path / "spec.yaml").write_text(blocks(page, "yaml")[1], encoding="utf-8")

    assert main(["run", str(tmp_path / "spec.yaml"), "--local"]) == 0
    assert "score 0." in capsys.readouterr().out
