"""Children end with their parent, however it ends, and with all of their own children."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.runtime.local.ports import Ports
from shared.runtime.local.processes import MissingProgram, NotReady, Process, find_program


def eventually(holds: Callable[[], bool], timeout_s: float = 10) -> bool:
    deadline = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def shell(script: str, folder: Path) -> Process:
    return Process("shell", ["/bin/sh", "-c", script], log=folder / "log")


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_ends_with_its_parent_even_when_a_passing_thread_started_it(
    tmp_path: Path, ending: signal.Signals
) -> None:
    parent = f"""
import threading, time
from pathlib import Path
from shared.runtime.local.processes import Process
child = Process("sleep", ["sleep", "600"], log=Path({str(tmp_path / "log")!r}))
thread = threading.Thread(target=child.start)
thread.start()
thread.join()
time.sleep(0.2)
print(child.pid, child.running, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        pid, running = process.stdout.readline().split()
        assert running == b"True"
        process.send_signal(ending)
        process.wait()
    assert eventually(lambda: not alive(int(pid)))


def test_stopping_takes_the_whole_group(tmp_path: Path) -> None:
    process = shell("sleep 600 & echo $!; wait", tmp_path)
    process.start()
    process.wait_until(lambda: process.log_tail() != "", 10)
    grandchild = int(process.log_tail())
    process.stop()
    assert process.returncode == -signal.SIGTERM
    assert eventually(lambda: not alive(grandchild))


def test_a_deaf_process_is_killed_after_the_grace(tmp_path: Path) -> None:
    process = shell("trap '' TERM; echo deaf; while true; do sleep 0.1; done", tmp_path)
    process.start()
    process.wait_until(lambda: process.log_tail() == "deaf", 10)
    process.stop(grace_s=0.3)
    assert process.returncode == -signal.SIGKILL


def test_a_process_that_ends_early_is_reported_with_its_last_words(tmp_path: Path) -> None:
    process = shell("echo no disk; exit 3", tmp_path)
    process.start()
    with pytest.raises(NotReady, match=r"ended with 3:\nno disk"):
        process.wait_until(lambda: False, 10)


def test_a_process_that_is_late_is_reported(tmp_path: Path) -> None:
    process = shell("sleep 600", tmp_path)
    process.start()
    try:
        with pytest.raises(NotReady, match=r"not ready in 0\.2 s"):
            process.wait_until(lambda: False, 0.2)
    finally:
        process.kill()
    assert not process.group_alive()


def test_a_missing_program_is_one_sentence() -> None:
    with pytest.raises(MissingProgram, match=r"^no-such-server is missing: apt-get install it$"):
        find_program("no-such-server", "apt-get install it")


def test_ports_held_by_another_process_are_not_taken() -> None:
    with Ports() as ours:
        held = {ours.take() for _ in range(50)}
        script = (
            "from shared.runtime.local.ports import Ports\n"
            "ports = Ports()\n"
            "print(*(ports.take() for _ in range(50)))"
        )
        theirs = subprocess.check_output([sys.executable, "-c", script], env=os.environ, text=True)
        assert not held & {int(port) for port in theirs.split()}
