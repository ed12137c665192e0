"""A launch from the command line: what it needs, what it tells, and the wait for its end."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from smtune.cli.live import going_on, screen
from smtune.cli.sessions import terms_for
from smtune.cli.text import print_json, print_pairs, remark, show
from smtune.cli.uploading import showing
from smtune.errors import SpecError, UsageError
from smtune.execute import Launched
from smtune.launching import Circumstances, launch_again, launch_plan, launch_spec
from smtune.plan.document import KIND, PlanDocument, SourceFile, is_plan, read_plan
from smtune.progress import Outcome, WaitOptions, await_end
from smtune.progress.portrait import console_link
from smtune.session import configuration_of, connect, is_local
from smtune.spec import load_document
from smtune.spec.source import STDIN, Layers
from smtune.validate import check_file
from smtune.where import Where

Way = Callable[[Any, Any, Path, Circumstances], Launched]


def start(layers: Layers, options: Mapping[str, Any]) -> tuple[Any, Launched]:
    """Launch a spec or a plan; its session and the job. Tells notes and changes on stderr."""
    saved = _saved_plan(layers, options)
    if saved is None:
        session, launched = launch_file(layers, options, launch_again if options["new"] else launch_spec)
    else:
        session, document = reach(options), read_plan(saved)
        with showing() as report:
            launched = launch_plan(
                session, document, folder_of(document, saved), circumstances_of(session, options, report)
            )
    _tell(launched)
    return session, launched


def launch_file(layers: Layers, options: Mapping[str, Any], way: Way) -> tuple[Any, Launched]:
    """Check a spec and launch it `way`: once, again, or under a name of its own. Nothing is sent for a bad one."""
    problems = check_file(layers)
    if problems:
        raise SpecError(problems, source=layers.name)
    session = reach(options)
    loaded = load_document(layers)
    with showing() as report:
        try:
            return session, way(session, loaded.spec, layers.folder, circumstances_of(session, options, report))
        except SpecError as error:
            raise loaded.placed(error) from None


def circumstances_of(session: Any, options: Mapping[str, Any], report: Any) -> Circumstances:
    """What a launch depends on, as the options say it."""
    configuration = configuration_of(session, options["place"])
    return Circumstances(configuration, report=report, check_data=not options["skip_data_check"])


def reach(options: Mapping[str, Any]) -> Any:
    """The session that the options ask for."""
    return connect(Where("local" if options["local"] else "aws", **options["reach"]), runner=options["runner"])


def _saved_plan(layers: Layers, options: Mapping[str, Any]) -> Path | None:
    """The file, if it is a plan that was saved and nothing would change it."""
    file = layers.files[0]
    if not _holds_plan(layers):
        return None
    if file == STDIN:
        message = "a plan is launched from its file: smtune launch plan.json"
        raise UsageError(message)
    if len(layers.files) > 1 or layers.settings or options["new"] or any(options["place"].values()):
        message = (
            f"{file} is a plan: exactly that is launched, so it takes no -f, --set, --new, --role, --bucket or --prefix"
        )
        raise UsageError(message)
    return file


def _holds_plan(layers: Layers) -> bool:
    """Whether the base is a plan, whatever its file is called, and also one that was cut off."""
    text = layers.texts[0].lstrip()
    try:
        return text.startswith("{") and is_plan(json.loads(text))
    except (ValueError, RecursionError):
        return f'"{KIND}"' in text


def folder_of(document: PlanDocument, plan: Path) -> Path:
    """Where the spec of a plan lay, which its data's paths are relative to: the first place that has all its files.

    The spec is looked for as it was named, from here and from the plan's folder, and beside the plan.
    """
    source, here = Path(document.source), plan.absolute().parent
    places = (source.absolute().parent, (here / source).parent, here)
    sources = [file for upload in document.uploads for file in upload.sources]
    whole = (place for place in places if all(_is_there(place, file) for file in sources))
    named = (place for place in places if (place / source.name).is_file())
    return next(whole, None) or next(named, here)


def _is_there(folder: Path, file: SourceFile) -> bool:
    place = folder / file.path
    return place.is_file() and place.stat().st_size == file.bytes


def _tell(launched: Launched) -> None:
    for note in launched.notes:
        remark(f"note: {note}")
    for item in launched.changes:
        remark(f"changed by the service: {item.path}: {show(item.before)} -> {show(item.after)}")
    if launched.outcome == "found":
        sent = "data was sent, no job was created" if launched.sent.sent_files else "nothing was sent"
        remark(f"{launched.name} had been launched before; {sent}. Another one: --new")


def print_launched(session: Any, launched: Launched, output: str, outcome: Outcome | None = None) -> None:
    """The job on stdout, and how it ended if that was waited for."""
    link = None if is_local(session) else console_link(launched.arn, launched.name)
    if output == "json":
        ended = {} if outcome is None else outcome.to_dict()
        print_json({**launched.to_dict(), "console": link, **ended})
        return
    status = launched.status if outcome is None else outcome.progress.status
    pairs = {"tuning job": launched.name, "status": status, "arn": launched.arn, "console": link}
    if outcome is not None and outcome.progress.best_job:
        pairs["best"] = f"{outcome.progress.best_job} ({show(outcome.progress.best_value)})"
    print_pairs({name: value for name, value in pairs.items() if value})
    if outcome is None:
        remark(f"\nWatch it: smtune watch {launched.name}")


def finish(session: Any, launched: Launched, timeout: float, output: str) -> int:
    """Stay until the job has ended, print it, and return the exit code."""
    try:
        with screen() as shown:
            options = WaitOptions(timeout, heard=shown.show, terms=terms_for(session, shown.say))
            outcome = await_end(session, launched.name, options)
    except KeyboardInterrupt:
        remark(going_on(launched.name, back=f"smtune wait {launched.name}"))
        return 130
    print_launched(session, launched, output, outcome)
    if outcome.error is not None:
        raise outcome.error
    return 0
