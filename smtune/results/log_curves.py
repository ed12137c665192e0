"""Learning curves from the logs: every value that the request's own regexes find, with few calls for many jobs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from smtune.errors import ServiceError
from smtune.logs import log_lines
from smtune.logs.lines import LOG_GROUP
from smtune.metrics import Scraper, as_printed
from smtune.results.calls import Calls, side_by_side
from smtune.results.record import Record
from smtune.results.series import AllSeries, Key, Series

Lines = list[tuple[float, str]]
_LATE_SECONDS = 600
_NONE = ("ResourceNotFoundException", "ResourceNotFound")


def scrape_logs(calls: Calls, tuning_job: str, records: Sequence[Record], *, of: int) -> AllSeries:
    """Every value of every metric that these training jobs, of the tuning job's `of`, printed.

    Raises ServiceError where logs cannot be read, SpecError for a regex that Python does not know.
    """
    if not records:
        return {}
    prefix = f"{tuning_job}-"
    is_most = 1 < len(records) >= of / 2 and all(record.name.startswith(prefix) for record in records)
    groups = [list(records)] if is_most else [[record] for record in records]
    try:
        found = side_by_side(lambda group: _together(calls, prefix if is_most else f"{group[0].name}/", group), groups)
        lines = {name: texts for answer in found for name, texts in answer.items()}
    except ServiceError as error:
        if error.code in _NONE:
            return {key: Series.of("logs", (), ()) for record in records for key in _keys(record)}
        texts = side_by_side(lambda record: _one(calls, record), records)
        lines = {record.name: each for record, each in zip(records, texts, strict=True)}
    return {key: series for record in records for key, series in _scrape(record, lines.get(record.name, [])).items()}


def _together(calls: Calls, prefix: str, records: Sequence[Record]) -> dict[str, Lines]:
    """The lines of several jobs by one query: a page has 10,000 lines or 1 MB of whichever streams."""
    wanted = {record.name for record in records}
    lines: dict[str, Lines] = defaultdict(list)
    window = {"startTime": int(min(record.job["CreationTime"] for record in records)) * 1000}
    if all("TrainingEndTime" in record.job for record in records):
        window["endTime"] = int(max(record.job["TrainingEndTime"] for record in records) + _LATE_SECONDS) * 1000
    pages = calls.pages(
        "logs", "filter_log_events", logGroupName=LOG_GROUP, logStreamNamePrefix=prefix, limit=10_000, **window
    )
    for event in (event for page in pages for event in page.get("events", ())):
        name = event["logStreamName"].partition("/")[0]
        if name in wanted:  # another tuning job's name may begin with this one's
            lines[name].append((event["timestamp"] / 1000, as_printed(event["message"])))
    return lines


def _one(calls: Calls, record: Record) -> Lines:
    """A job's lines where the service has no query over streams."""
    calls.made["get_log_events"] += 1
    try:
        return log_lines(calls.session, record.name)
    except ServiceError as error:
        if error.code in _NONE:
            return []
        raise


def _scrape(record: Record, lines: Lines) -> dict[Key, Series]:
    scraper = Scraper(record.metric_definitions)
    times: dict[str, list[float]] = defaultdict(list)
    values: dict[str, list[float]] = defaultdict(list)
    for time, line in sorted(lines, key=lambda item: item[0]):
        for seen in scraper.read(line, time):
            times[seen.name].append(seen.time)
            values[seen.name].append(seen.value)
    return {key: Series.of("logs", times[key[1]], values[key[1]]) for key in _keys(record)}


def _keys(record: Record) -> Iterator[Key]:
    yield from ((record.name, name) for name in record.metric_names)
