"""The memory meter."""

import subprocess
import sys
import time

from argot.demo.observers import MemoryMeter

CHILD = "import time; held = b'x' * (80 << 20); print(flush=True); time.sleep(60)"
PARENT = (
    "import subprocess, sys;"
    f"child = subprocess.Popen([sys.executable, '-c', {CHILD!r}], start_new_session=True);"
    "sys.stdin.read(); child.kill()"
)


def test_the_peak_has_the_children_too_and_stays_when_they_end() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        with MemoryMeter(lambda: parent.pid) as meter:
            deadline = time.monotonic() + 10
            while meter.peak_mb == 0 and time.monotonic() < deadline:
                time.sleep(0.05)
        parent.communicate()
    assert 80 < meter.peak_mb < 200


def test_a_process_that_does_not_run_has_no_memory() -> None:
    with MemoryMeter(lambda: None) as meter:
        time.sleep(0.6)
    assert meter.peak_mb == 0
