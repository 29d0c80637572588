"""The engine's protocol without its work: the first segment's text says what to do.

`finish`; `wait` until it is ended, with a checkpoint first, and finish if there is one already;
`deaf`, the same, but nothing short of SIGKILL ends it; `fail CODE data|platform`, a fault of the
data with a ledger in which the first recording is dropped; `late CODE data|platform`, the same a
step later than the attempt before; `hungry`, which is killed unless it takes fewer windows at once.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

TERMINATED = 143

job_dir = Path(sys.argv[1])
checkpoint = job_dir / "checkpoint.safetensors"


def say(document: dict) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def report(phase: str, percent: float, loss: list[tuple[int, float]]) -> None:
    say({"phase": phase, "percent": percent, "eta_seconds": 1.0, "loss": loss})


def save(step: int) -> None:
    partial = job_dir / "checkpoint.partial"
    partial.write_text(str(step))
    partial.replace(checkpoint)


def wait(*, deaf: bool) -> None:
    def terminate(*_: object) -> None:
        if not deaf:
            save(2)
            sys.exit(TERMINATED)

    signal.signal(signal.SIGTERM, terminate)
    save(1)
    while True:
        report("training", 50.0, [(1, 2.5), (2, 1.5)])
        time.sleep(0.2)


def finish(job: dict, steps: int) -> int:
    say({"note": "as told"})
    report("training", 60.0, [(1, 2.5)])
    model = job_dir / "model"
    model.mkdir()
    (model / "model.bin").write_bytes(b"weights")
    (model / "config.json").write_text("{}")
    segments = [each for recording in job["recordings"] for each in recording["segments"]]
    evaluation = {
        "baseline_wer": 0.5,
        "wer": 0.25,
        "ci95": [0.2, 0.3],
        "test_seconds": steps,  # of the checkpoint that it went on from
        "samples": [],
    }
    seconds = sum(each["end"] - each["start"] for each in segments)
    data = {"segments": len(segments), "seconds_used": seconds, "dropped": []}
    result = {"model_dir": str(model), "evaluation": evaluation, "data": data, "run": {}}
    (job_dir / "result.json").write_text(json.dumps(result))
    return 0


def main() -> int:
    assert not any(name.startswith("ARGOT_") for name in os.environ)
    job = json.loads((job_dir / "job.json").read_text())
    for recording in job["recordings"]:
        assert (job_dir / recording["pcm"]).stat().st_size
    assert (Path(job["base_model"]) / "model.bin").is_file()
    command, *arguments = job["recordings"][0]["segments"][0]["text"].split()
    steps = int(checkpoint.read_text()) if checkpoint.exists() else 0
    report("preparing", 0.0, [])
    if command == "late":
        save(steps + 1)
    if command == "hungry" and not job["settings"]["halvings"]:
        os.kill(os.getpid(), signal.SIGKILL)
    if command in ("fail", "late"):
        code, whose = arguments
        fault = {"code": code, "fault": whose, "message": "As told."}
        if whose == "data":
            drop = {"file": job["recordings"][0]["name"], "reason": "cue-too-short", "seconds": 2.0}
            fault["data"] = {"segments": 0, "seconds_used": 0.0, "dropped": [drop]}
        say({"fault": fault})
        return 42 if whose == "data" else 1
    if command in ("wait", "deaf") and not steps:
        wait(deaf=command == "deaf")
    return finish(job, steps)


if __name__ == "__main__":
    sys.exit(main())
