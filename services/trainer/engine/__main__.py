"""``python -m services.trainer.engine JOB_DIR``: a training as a child process.

Reads ``job.json``; prints JSON lines: each change of phase, the end, one a second at most;
leaves ``result.json`` and ``model/``. Exit status: 0 done, 42 a fault of the data, 1 of the
platform (the last line is ``{"fault": {code, fault, message, data?}}``), 143 after SIGTERM, with a
checkpoint in JOB_DIR once a step was taken. ``{"note": "..."}`` is for the operator, as is what
stderr tells of a fault. Dies with the process that started it.
"""

import json
import logging
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from .child import Lifeline, Notes, Reporter
from .fault import EngineFault, Interrupted
from .job import Job

DATA_FAULT = 42
PLATFORM_FAULT = 1
TERMINATED = 143
PRIMITIVES = ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY")
"""Of what PyTorch compiles for the sizes of products. No two steps have the same sizes, and a
thousand, as it keeps otherwise, take half a gigabyte and more; a step has fewer than these."""


def main(job_dir: Path) -> int:
    """Run the job of a directory; the exit status."""
    lifeline = Lifeline()
    # PyTorch takes seconds to import: a parent that dies meanwhile must not leave a child behind.
    for name in PRIMITIVES:
        os.environ.setdefault(name, "128")
    from .engine import train  # noqa: PLC0415
    from .hardware import keep_freed_memory  # noqa: PLC0415

    keep_freed_memory()
    reporter = Reporter(sys.stdout)
    logging.getLogger(__package__).addHandler(Notes(reporter))
    try:
        document = json.loads((job_dir / "job.json").read_text("utf-8"))
        job = Job.from_json(document, job_dir.resolve())
        train(job, reporter, lifeline.cut)
    except Interrupted:
        return TERMINATED
    except EngineFault as fault:
        reporter.fail(fault.as_json())
        _tell_operator()
        return DATA_FAULT if fault.fault == "data" else PLATFORM_FAULT
    except Exception as error:  # noqa: BLE001 - the parent reads faults from the last line only
        reporter.fail({"code": "internal", "fault": "platform", "message": str(error)})
        _tell_operator()
        return PLATFORM_FAULT
    return 0


def _tell_operator() -> None:
    with suppress(OSError):  # stderr may be a file on a disk that is full
        traceback.print_exc()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
