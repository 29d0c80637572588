"""The stack keeps its processes running, and ends with all of them. The processes are stand-ins."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import jwt
import pytest

from argot.stack import ProcessSpec, Stack
from shared.runtime.local.processes import NotReady

ANSWERS = """
import os, subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer

class Ready(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

print("serving with", os.environ["ARGOT_DATABASE_URL"], flush=True)
subprocess.Popen(["sleep", "600"])
HTTPServer(("127.0.0.1", int(os.environ["ARGOT_HEALTH_PORT"])), Ready).serve_forever()
"""


def spec(name: str, script: str) -> ProcessSpec:
    return ProcessSpec(name, name, (sys.executable, "-c", script))


def living(group: int | None) -> list[str]:
    stats = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            stats.append(path.parent.name)
    return stats


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.timeout(180)
def test_processes_are_restarted_stopped_and_ended(tmp_path: Path) -> None:
    with Stack(tmp_path, specs=[spec("one", ANSWERS), spec("two", ANSWERS)]) as stack:
        first = stack.pid("one")
        assert first is not None
        stack.kill("one")
        eventually(lambda: stack.pid("one") != first and stack.ready("one"))
        assert living(first) == []
        assert stack.logs("one").count(f"sqlite:///{tmp_path}/one.db") == 2

        os.kill(stack.pid("two") or 0, 9)
        stack.stop("two")
        time.sleep(0.5)
        assert not stack.ready("two")
        stack.start("two")
        stack.wait_ready("two")

        killed = stack.storage.pid or 0
        os.kill(killed, 9)
        eventually(lambda: not stack.storage.running)
        stack.revive_servers()
        assert stack.storage.running
        assert stack.storage.pid != killed
        assert stack.storage.address.client().bucket_exists("argot")

        token = stack.token(org="demo", user="ann", roles=["admin"])
        claims = jwt.decode(token, stack.jwt_secret, algorithms=["HS256"])
        assert (claims["sub"], claims["org"], claims["roles"]) == ("ann", "demo", ["admin"])
        groups = [stack.pid(name) for name in stack.names] + [stack.broker.pid, stack.storage.pid]
    assert [living(group) for group in groups] == [[]] * 4


@pytest.mark.timeout(180)
def test_a_process_that_cannot_start_ends_the_stack_with_its_last_words(tmp_path: Path) -> None:
    stack = Stack(tmp_path, specs=[spec("one", ANSWERS), spec("two", "raise SystemExit('no')")])
    with pytest.raises(NotReady, match=r"two does not get ready:\nno"), stack:
        pass
    groups = [stack.pid("one"), stack.broker.pid, stack.storage.pid]
    assert [living(group) for group in groups] == [[]] * 3
