"""The process that searches lines for `Searcher`, run by its path: to import the whole package takes as long again.

Reads a line of JSON a request (`texts`, `which` regexes, `seconds` of CPU time) and answers with a line of matches.
"""

from __future__ import annotations

import json
import signal
import sys
from typing import Any

from smtune.metrics import as_number, compile_search


def serve() -> None:
    """Answer until nobody asks any more; the first argument is a JSON list of the regexes."""
    searches = [compile_search(regex) for regex in json.loads(sys.argv[1])]
    for line in sys.stdin:
        request = json.loads(line)
        signal.setitimer(signal.ITIMER_PROF, request["seconds"])
        found = []
        for place, text in enumerate(request["texts"]):
            for index in request["which"]:
                spans = _spans(searches[index], text)
                if spans:
                    found.append([place, index, *spans])
        signal.setitimer(signal.ITIMER_PROF, 0)
        print(json.dumps(found), flush=True)  # noqa: T201  the answer


def _spans(search: Any, text: str) -> list[int] | None:
    match = search(text)
    if match is None:
        return None
    if not match.re.groups:
        return [*match.span(), -1, -1, -1, -1]
    last = (-1, -1)
    if "\r" in text:
        for later in match.re.finditer(text, max(match.end(), match.start() + 1)):
            last = later.span(1) if as_number(later[1]) is not None else last
    return [*match.span(), *match.span(1), *last]


if __name__ == "__main__":
    serve()
