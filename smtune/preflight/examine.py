"""All checks at once: each in its own thread, none waiting for another, none hiding another."""

from __future__ import annotations

import datetime as dt
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import boto3

from smtune.preflight.aws import Aws
from smtune.preflight.bucket import buckets
from smtune.preflight.check import Check
from smtune.preflight.identity import Clock, identify
from smtune.preflight.image import images
from smtune.preflight.inputs import inputs
from smtune.preflight.keys import keys
from smtune.preflight.network import network
from smtune.preflight.parents import parents
from smtune.preflight.permissions import caller_permissions, role_permissions
from smtune.preflight.place import region, service
from smtune.preflight.quota import quotas
from smtune.preflight.role import roles
from smtune.preflight.subject import Subject

LIMIT_SECONDS = 90.0
_WORKERS = 6
Look = tuple[str, Callable[[], Iterable[Check]]]
"""What to call it where it fails, and how to look."""


def examine(
    session: boto3.Session, subject: Subject, *, limit: float = LIMIT_SECONDS, now: Clock | None = None
) -> tuple[Check, ...]:
    """Everything about `subject` that keeps a tuning job from running, as far as AWS tells this session.

    What nobody may look at is `unknown`, with the permission that is missing; so is what took longer than `limit`
    seconds. Nothing is changed. Where the credentials themselves are refused, nothing else is asked.
    """
    aws = Aws(session, subject.region)
    identity = identify(aws, subject, now or _now)
    if identity.is_refused:
        return identity.checks
    aws.caller = identity.arn or ""
    subject = replace(subject, account=subject.account or identity.account)
    looks: tuple[Look, ...] = (
        ("region", lambda: region(aws, subject)),
        ("endpoint", lambda: service(aws, subject)),
        ("role", lambda: roles(aws, subject)),
        ("role permissions", lambda: role_permissions(aws, subject)),
        ("your permissions", lambda: caller_permissions(aws, subject, identity.arn)),
        ("bucket", lambda: buckets(aws, subject)),
        ("key", lambda: keys(aws, subject)),
        ("image", lambda: images(aws, subject)),
        ("channel", lambda: inputs(aws, subject)),
        ("quota", lambda: quotas(aws, subject)),
        ("network", lambda: network(aws, subject)),
        ("warm start", lambda: parents(aws, subject)),
    )
    return (*identity.checks, *together(aws, looks, limit))


def together(aws: Aws, looks: Sequence[Look], limit: float) -> Iterator[Check]:
    """What each look finds, in the order of the looks. An error that is not AWS's is raised here."""
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, tuple[Check, ...] | Exception]] = queue.SimpleQueue()
    for index in range(len(looks)):
        waiting.put(index)

    def work() -> None:
        while True:
            try:
                index = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                done.put((index, tuple(aws.found(*looks[index]))))
            except Exception as error:  # noqa: BLE001  a thread has nobody to tell: the caller's raises it
                done.put((index, error))

    for _ in range(min(_WORKERS, len(looks))):
        # Daemons: a call that hangs keeps nobody from leaving.
        threading.Thread(target=work, daemon=True).start()
    yield from _collected(looks, done, time.monotonic() + limit, limit)


def _collected(
    looks: Sequence[Look],
    done: queue.SimpleQueue[tuple[int, tuple[Check, ...] | Exception]],
    until: float,
    limit: float,
) -> Iterator[Check]:
    results = dict[int, tuple[Check, ...]]()
    while len(results) < len(looks):
        try:
            index, result = done.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            break
        if isinstance(result, Exception):
            raise result
        results[index] = result
    late = f"no answer within {limit:.0f} s; try again, or look at the network"
    for index, (name, _) in enumerate(looks):
        yield from results.get(index, (Check(name, "unknown", late),))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
