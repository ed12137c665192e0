"""Hostile texts: bombs, depth, twice-given keys, numbers that are none, characters that are not what they look like."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

UNICODE = (
    "\u202egnp.exe",
    "\u200bzero width",
    "a\u0301\u0300\u0327" * 20,
    "\ufeff",
    "\u2028",
    "\u2029",
    "\x85",
    "\xa0",
    "\uff21",
    "\u017f",
    "\u0130",
    "\U0001f469\u200d\U0001f4bb",
    "\U0010ffff",
    "\ufffe",
    "\ud800",
    "\udfff\ud800",
    "\u0663",
    "\u0967\u0968",
    "\x00",
    "\x1b[2J\x1b[31m",
    "\x07",
    "\r",
    "\x7f",
)
REPEATED = ("a-", "-eyJ", "a://b:", "a.", "AKIA", "1", " ", "\\", "(a", "é", "gh_", "x=", "{", "s3://", ":", "%", "a@")
"""What a careless regular expression takes quadratic time for."""
NUMBERS = """
.nan .NaN .inf -.inf +.inf 1e400 -1e400 1e-400 0x 0xFFFFFFFFFFFFFFFFFF 0o777777777777777777777777 0b11 1_000 0_ 0123 08
-0 +0 -0.0 1e5 1E5 1.e5 .5 5. 1.2.3 1:30 190:20:30 2020-01-01 2020-13-45 1__0 1e 1e+ 2147483648 9223372036854775808
""".split()  # noqa: SIM905  a list would fill a page
WORDS = (
    "null",
    "~",
    "true",
    "yes",
    "off",
    "!!int x",
    "!!float x",
    "!!bool x",
    "!!null x",
    "!!binary eA==",
    "!!set {a}",
    "!!omap [a: 1]",
    "!!python/object/apply:os.system [id]",
    "!<tag:yaml.org,2002:str> x",
    "! x",
    "*a",
    "&a x",
    "<<",
    "=",
    "? x",
    "- x",
    "|",
    ">",
    "|9",
    "%YAML 9.9",
    "---",
    "...",
    "@x",
    "`x",
    "'",
    '"',
    '"\\x"',
    '"\\ud800"',
    '"\\0"',
    '"\\U00110000"',
    '"\\N\\_\\L\\P\\e"',
    "#",
    " #",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\t",
    "${env:FUZZ_INT}",
    "${env:FUZZ_INT:int}",
    '"${env:FUZZ_INT:int}"',
    "'${env:FUZZ_TEXT}'",
    "'a ${env:FUZZ_TOKEN} b'",
    "'${env:FUZZ_TOKEN}'",
    "'${env:FUZZ_TOKEN:int}'",
    "'${env:FUZZ_BYTES}'",
    "'${env:FUZZ_CONTROL}'",
    "'${env:FUZZ_LONG}'",
    "'${env:FUZZ_NONE}'",
    "'${env:FUZZ_NONE:-${env:FUZZ_INT}}'",
    "'${env:}'",
    "'${env:FUZZ_INT'",
    "'$${env:FUZZ_INT}'",
    "'$$${env:FUZZ_INT}'",
)


def hostile_scalar(rng: random.Random) -> Any:
    """A value that a reader or a check may mistake."""
    return rng.choice(
        (
            lambda: rng.choice(NUMBERS),
            lambda: rng.choice(WORDS).strip("'"),
            lambda: rng.choice(UNICODE),
            lambda: rng.choice((None, True, False, [], {}, [[]], [None], {"": None}, "", " ", "\n", "x" * 3000)),
            lambda: rng.choice((0, -1, 1, 2**31, 2**63, 2**64, -(2**63), 10**400, -(10**20))),
            lambda: rng.choice((0.0, -0.0, 1e308, 5e-324, 0.1, 1.0, float("inf"), float("-inf"), float("nan"))),
            lambda: rng.choice(UNICODE) * rng.choice((1, 30, 300)),
            lambda: rng.choice(REPEATED) * rng.choice((10, 300, 3_000, 30_000)),
        )
    )()


def _laughs(rng: random.Random) -> str:
    depth, width = rng.choice(((9, 9), (5, 30), (40, 2), (3, 200)))
    lines = [f"a0: &a0 [{', '.join(['x'] * width)}]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, depth)]
    return "\n".join(lines)


def _laughing_maps(rng: random.Random) -> str:
    width = rng.choice((5, 20))
    lines = ["raw: &r0 {x: 1}"]
    lines += [f"r{n}: &r{n} {{{', '.join(f'k{k}: *r{n - 1}' for k in range(width))}}}" for n in range(1, 8)]
    return "\n".join(lines)


def _depth(rng: random.Random) -> str:
    times = rng.choice((29, 30, 31, 32, 100, 1000, 20_000))
    opening = rng.choice(("[", "{a: ", "- ", "? ", "a:\n ", "!!seq [", "[[", "{? ", '"a": {', "- - "))
    closing = rng.choice(("", {"[": "]", "{a: ": "}"}.get(opening, "")))
    return f"x: {opening * times}{closing * times}"


def _steps(rng: random.Random) -> str:
    return "".join(f"{' ' * depth}k:\n" for depth in range(rng.choice((30, 200, 1200))))


def _itself(rng: random.Random) -> str:
    return rng.choice(("a: &x [*x]", "a: &x {b: *x}", "&x a: *x", "&x {k: &y [*x, *y]}", "&a [&b [*a, *b]]"))


def _twice(rng: random.Random) -> str:
    key = rng.choice(("name", "limits", "'name'", "? name\n", "hyperparameters", "a" * 500, "\u00e9", "e\u0301"))
    return f"{key}: 1\n" * rng.choice((2, 3, 2000))


def _numbers(rng: random.Random) -> str:
    digits = rng.choice("1234567890") * rng.choice((20, 400, 4299, 4301, 100_000))
    number = rng.choice(
        (digits, f"-{digits}", f"0x{digits}", f"1.{digits}", f"1e{digits}", f"{digits}.5", f"0o{digits}")
    )
    key = rng.choice(("seed", "limits: {jobs", "hyperparameters: {x", "hyperparameters: {x: {min: 1, max"))
    return f"{key}: {number}" + "}" * key.count("{")


def _long_key(rng: random.Random) -> str:
    return f"{rng.choice(('k', 'é', '😀', ' a', '.', '[0]'))}" * rng.choice((200, 1023, 1025, 50_000)) + ": 1"


def _many_keys(rng: random.Random) -> str:
    parent = rng.choice(("hyperparameters", "tags", "environment", "metrics", "raw", "nothing"))
    value = rng.choice(("1", "{min: 1, max: 2}", "x", "[]", "{values: [1]}", "{}"))
    return f"{parent}:\n" + "".join(f"  k{number}: {value}\n" for number in range(rng.choice((10, 300, 4000))))


def _characters(rng: random.Random) -> str:
    texts = (*UNICODE, *(chr(number) for number in range(32)))
    key, value = (rng.choice(texts) for _ in range(2))
    return rng.choice((f"{key}: {value}", f'"{key}": "{value}"', f"name: a{value}b", f"# {value}\nname: a"))


def _escapes(rng: random.Random) -> str:
    codes = ("\\0", "\\ud800", "\\udc00", "\\x1b[31m", "\\a", "\\N", "\\L", "\\r", "\\n", "\\t", "\\u202e", "\\uFFFE")
    code = rng.choice(codes) * rng.choice((1, 1, 400))
    return rng.choice((f'name: "{code}"', f'"{code}": 1', f'tags: {{"{code}": "{code}"}}', f'raw: {{"a": "{code}"}}'))


def _dashes(rng: random.Random) -> str:
    return rng.choice(("-" * 100_000, "- " * 10_000, "? " * 10_000, ": " * 10_000, "a: " * 10_000, "&a " * 10_000))


def _blocks(rng: random.Random) -> str:
    body = rng.choice(("x\n", "\n", "  x\n", "é\n", "\t\n")) * rng.choice((1, 1000, 30_000))
    return f"name: {rng.choice('|>')}{rng.choice(('', '-', '+', '1', '9', '0'))}\n  {body}"


def _quotes(rng: random.Random) -> str:
    quote = rng.choice("'\"")
    return (
        f"name: {quote}" + rng.choice(("x", "\n", "\\n", "''", '\\"', "\n\n", " \n ")) * rng.choice((1, 50_000)) + quote
    )


def _tags(rng: random.Random) -> str:
    tags = ("!!int", "!!str", "!!map", "!!seq", "!x", "!", "!<x>", "!!merge", "!e!x", "!%25zz", "!<%25>", "!%C3")
    tag = rng.choice((*tags, "!" * 5000))
    directives = (
        "",
        "%YAML 1.0",
        "%YAML 1.1",
        "%YAML 1.3",
        "%YAML 1",
        "%YAML a",
        "%TAG !e! x:",
        "%TAG !! x",
        "%TAG",
        "%X",
    )
    directive = rng.choice(directives)
    return f"{directive}\n---\nname: {tag} {rng.choice(WORDS)}"


def _soup(rng: random.Random) -> str:
    """Everything that means something to YAML, in any order."""
    signs = (
        *NUMBERS,
        *WORDS,
        ": ",
        "- ",
        "? ",
        "\n",
        "\n  ",
        "\n    ",
        "a: ",
        "k",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "&x ",
        "*x ",
    )
    return "".join(rng.choice(signs) for _ in range(rng.choice((3, 10, 40, 200))))


def _anchors(rng: random.Random) -> str:
    times = rng.choice((10, 1000, 5000))
    return "".join(f"k{n}: &a{n} v{n}\n" for n in range(times)) + "".join(f"l{n}: *a{n}\n" for n in range(times))


def _merges(rng: random.Random) -> str:
    return "a: &a {x: 1}\n" + "".join(f"m{n}: {{<<: [*a, *a]}}\n" for n in range(rng.choice((1, 500))))


def _patterns(rng: random.Random) -> str:
    regex = rng.choice(
        ("(a+)+$", "(.*)*(.*)*", "(" * 500, "[", "(?P<a>", "x{1,99999}", "(?i)((((a))))", "\\", "(.)" * 120)
    )
    return f"metrics: {{'validation:x': '{regex}'}}"


def _references(rng: random.Random) -> str:
    word = rng.choice([word.strip("'\"") for word in WORDS if "env:" in word])
    return f"tags: {{a: '{word * rng.choice((1, 3, 2000))}'}}\nname: '{word}'\nseed: '{word}'"


def _secrets(rng: random.Random) -> str:
    key = rng.choice(("limits", "tags", "hyperparameters", "algorithms", "nothing"))
    value = rng.choice(("${env:FUZZ_TOKEN}", "a ${env:FUZZ_TOKEN} b", "${env:FUZZ_LONG_KEY}", "${env:FUZZ_TOKEN:int}"))
    return f"{key}:\n" + "".join(f"  k{number}: {value}\n" for number in range(rng.choice((1, 9, 4000))))


def _json(rng: random.Random) -> str:
    return rng.choice(('{"name": NaN}', '{"name": Infinity}', "[]", "[[]]", "0", "null", '""', "{}", '{"": {"": {}}}'))


HOSTILE: tuple[Callable[[random.Random], str], ...] = (
    _laughs,
    _laughing_maps,
    _depth,
    _steps,
    _itself,
    _twice,
    _numbers,
    _long_key,
    _many_keys,
    _characters,
    _escapes,
    _dashes,
    _blocks,
    _quotes,
    _tags,
    _soup,
    _soup,
    _soup,
    _anchors,
    _merges,
    _patterns,
    _references,
    _secrets,
    _json,
)


def hostile_text(rng: random.Random) -> str:
    """One kind of hostile document, or several in a row."""
    return "\n".join(rng.choice(HOSTILE)(rng) for _ in range(rng.choice((1, 1, 1, 2, 3))))
