"""A metric's regex over a line: what `re.search` finds, and never for long."""

from __future__ import annotations

import re
import threading
import time
import warnings

import pytest
from examples import examples
from hypothesis import assume, given
from hypothesis import strategies as st

from smtune.line_search import SECONDS, line_search

FOR_EVER, A_LINE = "(a|aa)+$", "a" * 200 + "!"
# Of what regexes of metrics are made, and what another library might take for something else.
ATOMS = (
    *("a", "b", "loss", "=", ":", " ", "#011", "1", ".", r"\d", r"\w", r"\s", r"\S", r"\.", r"\[", r"\{", "é", "-"),
    *(
        "[0-9.]",
        "[^a]",
        "[]a]",
        "[^]a]",
        "[[a]",
        "[a&&b]",
        "[a--b]",
        "[{a]",
        "[[:alpha:]]",
        r"[\w.-]",
        r"\N{DIGIT ONE}",
    ),
    *(
        "(?:a|b)",
        "(?P<x>a)",
        "(?=a)",
        "(?!a)",
        "(?<!a)",
        "(?>a+)",
        "(a?)",
        r"\1",
        "|",
        "^",
        "$",
        r"\b",
        r"\Z",
        "}",
        "{}",
    ),
    *("{e}", "{e<=1}", "{'a'", "{i}", "{"),
)
REPEATS = ("", "", "", "*", "+", "?", "*?", "++", "{2}", "{,2}", "{1,2}", "{,}", "{1,}?")
PARTS = st.lists(st.tuples(st.sampled_from(ATOMS), st.sampled_from(REPEATS)).map("".join), max_size=3).map("".join)
REGEXES = st.tuples(st.sampled_from(["", "", "", "(?i)", ".*", "^"]), PARTS, PARTS, PARTS).map(
    lambda parts: f"{parts[0]}{parts[1]}({parts[2]}){parts[3]}"
)
LINES = st.text("ab=:[]{}loes 1.0é#-'A\n", max_size=20)


def compiled(regex: str) -> re.Pattern[str] | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # `[[`, which the next Python may read otherwise
        try:
            return re.compile(regex)
        except (re.error, OverflowError):
            return None


def expected(pattern: re.Pattern[str], line: str) -> str | None:
    match = pattern.search(line)
    return None if match is None or not pattern.groups else match[1]


@examples(1000)
@given(REGEXES, LINES)
def test_it_finds_what_python_finds(regex: str, line: str) -> None:
    pattern = compiled(regex)
    assume(pattern is not None)
    assert pattern is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        search = line_search(regex)
    assert search.first_group(line) == expected(pattern, line)


@pytest.mark.parametrize(
    ("regex", "line", "found"),
    [
        (r"loss=(\S+)", "val loss=0.5", "0.5"),
        (r"loss=(\S+)", "val los=0.5", None),
        (r"losss?=(\S+)", "loss=0.5", "0.5"),
        (r"los*=(\S+)", "lo=0.5", "0.5"),
        (r"los{1,2}=(\S+)", "loss=0.5", "0.5"),
        (r"(?:val )?loss=(\S+)", "loss=0.5", "0.5"),
        (r"loss( of all)?=\S+", "loss=0.5", None),
        (r"(?i)LOSS=(\S+)", "loss=0.5", "0.5"),
        (r"auc=(\S+)|loss=\S+", "loss=0.5", None),
        (r"loss\d=(\S+)", "loss1=0.5", "0.5"),
        (r"(\d)x*(\d)", "12", "1"),
        (r"{'loss': ([0-9.]+)", "{'loss': 0.5}", "0.5"),
        (r"loss{e<=1}=(\S+)", "los=0.5", None),  # no spelling mistake is forgiven
        (r"[[:alpha:]]=(\d)", ":]=1", "1"),  # a class of the characters that stand in it
        (r"[^[]=(\d)", "a=1", "1"),
        (r"\N{DIGIT ONE}=(\d)", "1=2", "2"),
        (r".*a=(\S+)", "\na=1", "1"),
    ],
)
@pytest.mark.filterwarnings("ignore:Possible nested set")
def test_the_first_group_of_the_first_match(regex: str, line: str, found: str | None) -> None:
    pattern = compiled(regex)
    assert pattern is not None
    assert line_search(regex).first_group(line) == found == expected(pattern, line)


@pytest.mark.parametrize("regex", ["(", "a(?<value>b)", r"\p{L}(a)", r"(a)\z", "(a){99999999999999999999}"])
def test_what_python_cannot_read_is_an_error(regex: str) -> None:
    with pytest.raises(re.error):
        line_search(regex)


def test_what_takes_for_ever_ends_while_others_work() -> None:
    ended: list[float] = []

    def search() -> None:
        with pytest.raises(TimeoutError):
            line_search(FOR_EVER).first_group(A_LINE)
        ended.append(time.process_time())

    began = time.process_time()
    thread = threading.Thread(target=search, daemon=True)
    thread.start()
    steps = 0
    while thread.is_alive():
        time.sleep(0.001)
        steps += 1
    assert ended[0] - began < 4 * SECONDS
    assert steps > 20  # a search that holds all threads would leave two or three


def test_famous_traps_are_none() -> None:
    for regex, line in [
        ("(a+)+b", "a" * 60),
        (r"(x+x+)+y", "x" * 60),
        (r"(.*)*z", "a" * 60),
        (r"(\w+\s?)*!", "a " * 60),
    ]:
        assert line_search(regex).first_group(line) is None
