"""The process that runs one tuning job to its end: `python -m smtune.local.worker JOB`.

It holds a lock on the job for as long as it lives, so the kernel tells everybody else when it has died. Everything it
knows is in the store: killed at any point, the next worker runs the unfinished training jobs again and goes on.
SIGTERM and SIGINT only ask it to leave: its loop looks at that ten times a second.
"""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import sys

from smtune.local.ending import abandon
from smtune.local.lock import worker_lock
from smtune.local.settings import Settings
from smtune.local.store import Store
from smtune.local.tuning import Tuning

log = logging.getLogger(__name__)
_TOLD_TO_LEAVE = 143


def main() -> int:
    """Run the tuning job named on the command line, unless it has ended or has a worker.

    Whoever has the job's lock already and hands it on says so with the number of its descriptor.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    name, handed = sys.argv[1], [int(word) for word in sys.argv[2:3]]
    settings = Settings.from_environment()
    with worker_lock(settings, name, handed=handed[0] if handed else None) as lock:
        store = Store(settings.database)
        job = store.tuning_job(name)
        if lock is None or job is None or job.ended is not None:
            return 0
        log.info("worker %d runs %s", os.getpid(), name)
        try:
            return run(Tuning(store, settings, job))
        except (OSError, sqlite3.Error):
            # A full disk, say: everything stored so far is whole, and the next look at the job starts a worker.
            log.exception("the worker of %s gave up for now", name)
            return 1
        except Exception as error:
            # A bug here must not make the job look alive for ever, or every look at it start one more worker.
            log.exception("the worker of %s failed", name)
            reason = f"InternalServerError: {type(error).__name__}: {error}; see {settings.job_folder(name)}/worker.log"
            abandon(store, name, reason)
            return 1


def run(tuning: Tuning) -> int:
    """Run a tuning job until its end, or until told to leave; the exit code."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, tuning.leave)
    try:
        tuning.run()
    finally:
        tuning.kill_all()
    return _TOLD_TO_LEAVE if tuning.leaving else 0


if __name__ == "__main__":
    sys.exit(main())
