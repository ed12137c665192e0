"""The command lines that tests run, read from the tests: nothing is run, so one file or all give the same answer.

Each test is stepped through with what is written in it: constants, lists of them, the rows of `parametrize` and of
loops, and its helpers. What only a run would know is None. A command line counts where it is handed to the command
(`inside`, `main`, a process of `SMTUNE`), in a test that asserts something; the pages of the docs do not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

Env = dict[str, Any]
_DIRECT = {"inside", "smtune"}
_PROCESSES = {"run", "Popen", "check_output"}
_DEEPEST = 5
_FAKE = "raises"
"""The fixture that puts a command of its own in the place of smtune's."""


@dataclass
class CommandLine:
    """What one test runs: `words` after `smtune`, None for each that only a run knows; exit codes it is held to."""

    words: tuple[str | None, ...]
    test: str
    codes: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class _Code:
    """The exit code of a command line, as in `done.returncode`."""

    of: CommandLine


def command_lines(folder: Path) -> list[CommandLine]:
    """All of the tests below `folder`."""
    found: list[CommandLine] = []
    shared = _helpers([ast.parse(file.read_text("utf-8")) for file in sorted((folder / "support").glob("*.py"))])
    for file in sorted(folder.rglob("test_*.py")):
        text = file.read_text("utf-8")
        if "cli_jobs" not in text and "smtune.cli" not in text:
            continue
        module = ast.parse(text)
        helpers, top = {**shared, **_helpers([module])}, _globals(module)
        for test in ast.walk(module):
            if isinstance(test, ast.FunctionDef) and test.name.startswith("test_"):
                found += _Reader(helpers, top).lines(test, file.stem)
    return found


def _helpers(modules: Sequence[ast.Module]) -> dict[str, ast.FunctionDef]:
    """The functions that run a command line, themselves or by others, by name."""
    every = [node for module in modules for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]
    calls = {node.name: {_called(each)[0] for each in ast.walk(node) if isinstance(each, ast.Call)} for node in every}
    known, running = set[str](), _DIRECT | _PROCESSES | {"main"}
    while known != running:
        known = set(running)
        running |= {name for name, called in calls.items() if called & known}
    return {node.name: node for node in every if node.name in running - _DIRECT - {"main"}}


def _globals(module: ast.Module) -> Env:
    """What names at the top of a module stand for."""
    reader = _Reader({}, {})
    for node in module.body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            reader.step(node, reader.top)
    return reader.top


class _Reader:
    """Steps through one test."""

    def __init__(self, functions: Mapping[str, ast.FunctionDef], top: Env) -> None:
        self.functions = functions
        self.top = top
        self._found: list[CommandLine] = []
        self._test = ""
        self._asserts = 0
        self._depth = 0

    def lines(self, test: ast.FunctionDef, module: str) -> list[CommandLine]:
        self._test = f"{module}::{test.name}"
        names = {argument.arg for argument in test.args.args}
        for row in self._rows(test):
            env = dict.fromkeys(names) | row
            for statement in test.body:
                self.step(statement, env)
        return self._found if self._asserts and _FAKE not in names else []

    def _rows(self, test: ast.FunctionDef) -> Iterator[Env]:
        """The values of the parameters, one row after another."""
        tables = []
        for mark in test.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func).endswith("parametrize"):
                names, rows = (self.value(argument, {}) for argument in mark.args[:2])
                names = tuple(name.strip() for name in names.split(",")) if isinstance(names, str) else names
                rows = rows if isinstance(rows, (tuple, dict)) else ()
                tables.append([_bound(names if len(names) > 1 else names[0], row) for row in rows])
        for chosen in product(*tables):
            yield {name: value for row in chosen for name, value in row.items()}

    # Statements

    def step(self, node: ast.AST, env: Env) -> Any:
        """Take one statement; what a `return` in it gives."""
        match node:
            case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                env |= _bound(_target(target), self.value(value, env))
                return None
            case ast.For():
                return self._loop(node, env)
            case ast.With():
                for item in node.items:
                    value = self.value(item.context_expr, env)
                    env |= _bound(_target(item.optional_vars), value) if item.optional_vars else {}
                return self._block(node.body, env)
            case ast.FunctionDef():
                return None  # read where it is called
            case ast.Return(value=ast.expr() as value):
                return self.value(value, env)
            case ast.expr():
                return self.value(node, env)
        self._asserts += isinstance(node, ast.Assert)
        return self._block(list(ast.iter_child_nodes(node)), env)

    def _block(self, nodes: Sequence[ast.AST], env: Env) -> Any:
        given = [self.step(node, env) for node in nodes]
        return next((value for value in given if value is not None), None)

    def _loop(self, node: ast.For, env: Env) -> Any:
        rows = self.value(node.iter, env)
        given = None
        for row in rows if isinstance(rows, (tuple, dict)) else (None,):
            env |= _bound(_target(node.target), row)
            given = self._block(node.body, env) or given
        return given

    # Expressions

    def value(self, node: ast.expr, env: Env) -> Any:
        """What is known of an expression without a run; None is nothing."""
        match node:
            case ast.Constant():
                return node.value
            case ast.Name():
                return env.get(node.id, self.top.get(node.id))
            case ast.JoinedStr(values=parts):
                known = (
                    self.value(part.value if isinstance(part, ast.FormattedValue) else part, env) for part in parts
                )
                return "".join(value if isinstance(value, str) else "?" for value in known)
            case ast.Tuple() | ast.List() | ast.Set():
                return self._items(node.elts, env)
            case ast.Dict():
                pairs = zip(node.keys, node.values, strict=True)
                return {self.value(key, env): self.value(value, env) for key, value in pairs if key is not None}
            case ast.Call():
                return self._call(node, env)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._comprehension(node, env)
        return self._combined(node, env)

    def _combined(self, node: ast.expr, env: Env) -> Any:
        match node:
            case ast.BinOp(op=ast.Add()):
                left, right = self.value(node.left, env), self.value(node.right, env)
                return left + right if isinstance(left, type(right)) and isinstance(left, (str, tuple)) else None
            case ast.Compare(ops=[ast.Eq()]):
                return self._hold(self.value(node.left, env), self.value(node.comparators[0], env))
            case ast.Attribute(attr="returncode") if isinstance(line := self.value(node.value, env), CommandLine):
                return _Code(line)
        self._block([each for each in ast.iter_child_nodes(node) if not isinstance(each, ast.Lambda)], env)
        return None

    def _items(self, nodes: Sequence[ast.expr], env: Env) -> tuple[Any, ...]:
        items: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                inner = self.value(node.value, env)
                items += inner if isinstance(inner, (tuple, dict)) else ()
            else:
                items.append(self.value(node, env))
        return tuple(items)

    def _comprehension(self, node: Any, env: Env) -> None:
        """Only for the command lines in it; one `for`, as tests have."""
        rows = self.value(node.generators[0].iter, env)
        parts = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        for row in rows if isinstance(rows, (tuple, dict)) else (None,):
            inner = env | _bound(_target(node.generators[0].target), row)
            for part in parts:
                self.value(part, inner)

    def _hold(self, left: Any, right: Any) -> None:
        """A test compares: an exit code with a number, alone or in its place among others."""
        if isinstance(left, tuple) and isinstance(right, tuple):
            for pair in zip(left, right, strict=False):
                self._hold(*pair)
        line = left.of if isinstance(left, _Code) else left
        if isinstance(line, CommandLine) and isinstance(right, int):
            line.codes.add(right)

    # Calls

    def _call(self, node: ast.Call, env: Env) -> Any:
        name, owner = _called(node)
        on = self.value(owner, env) if owner is not None else None
        given = self._items(node.args, env)
        named = {each.arg: self.value(each.value, env) for each in node.keywords if each.arg}
        if name == "param" or (name in {"str", "list", "tuple"} and given):
            return given if name == "param" else given[0]
        if name == "split" and isinstance(on, str):
            return tuple(on.split())
        if name == "items" and isinstance(on, dict):
            return tuple(on.items())
        if name == "wait" and isinstance(on, CommandLine):
            return _Code(on)
        if name in _DIRECT:
            return self._line(given)
        if name == "main" and given and isinstance(given[0], tuple):
            return self._line(given[0])
        if name in _PROCESSES and node.args and _is_process(node.args[0]) and isinstance(given[0], tuple):
            return self._line(given[0])
        if name in self.functions and ast.unparse(owner or node.func) != "subprocess":
            return self._helper(self.functions[name], given, named)
        return None

    def _line(self, words: Sequence[Any]) -> CommandLine:
        line = CommandLine(tuple(word if isinstance(word, str) else None for word in words), self._test)
        self._found.append(line)
        return line

    def _helper(self, function: ast.FunctionDef, given: Sequence[Any], named: Env) -> Any:
        """Step through a helper with what it is given; its answer stands for the command line it runs."""
        if self._depth == _DEEPEST or function.name.startswith("test_"):
            return None
        names = [each.arg for each in function.args.args if each.arg != "self"]
        defaults = dict(zip(names[::-1], [self.value(each, {}) for each in function.args.defaults][::-1], strict=False))
        keywords = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
        defaults |= {each.arg: self.value(default, {}) for each, default in keywords if default is not None}
        env = defaults | dict(zip(names, given, strict=False)) | named
        if function.args.vararg is not None:
            env[function.args.vararg.arg] = tuple(given[len(names) :])
        self._depth += 1
        before = len(self._found)
        answer = self._block(function.body, env)
        self._depth -= 1
        return answer if answer is not None or len(self._found) == before else self._found[-1]


def _called(node: ast.Call) -> tuple[str, ast.expr | None]:
    """The name of what is called, and the object whose method it is."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr, node.func.value
    return (node.func.id, None) if isinstance(node.func, ast.Name) else ("", node.func)


def _is_process(argument: ast.expr) -> bool:
    """`[*SMTUNE, ...]`."""
    first = argument.elts[0] if isinstance(argument, ast.List) and argument.elts else None
    return isinstance(first, ast.Starred) and ast.unparse(first.value) == "SMTUNE"


def _target(node: ast.expr) -> Any:
    """The names that are given values: one, or a tuple of them."""
    if isinstance(node, ast.Starred):
        return _target(node.value)
    if isinstance(node, (ast.Tuple, ast.List)):
        return tuple(_target(each) for each in node.elts)
    return node.id if isinstance(node, ast.Name) else ""


def _bound(names: Any, value: Any) -> Env:
    if isinstance(names, str):
        return {names: value}
    values = value if isinstance(value, tuple) and len(value) == len(names) else (None,) * len(names)
    return {key: each for name, inner in zip(names, values, strict=True) for key, each in _bound(name, inner).items()}
