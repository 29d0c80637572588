"""What the child may use, and that nothing of it is left."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.runtime.media import sandbox
from shared.runtime.media.convert import decode_pcm, measure
from shared.runtime.media.probe import probe
from shared.runtime.media.sandbox import (
    DEFAULT_LIMITS,
    DecoderKilled,
    FfmpegUnavailable,
    Limits,
    MediaInvalid,
    NoSpace,
    run,
)
from shared.runtime.unwanted import Unwanted

Make = Callable[..., Path]
OWN = "import os,sys; sys.stdout.write(os.getcwd()+' '+' '.join(sorted(os.environ)))"
CONNECT = "import socket,sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])), 2)"


def running(word: str) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if word.encode() in (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


@pytest.fixture(scope="module")
def long_flac(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("media") / "two-hours.flac"
    tone = "sine=440:duration=7200:sample_rate=16000"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", tone, str(path)], check=True)
    return path


def test_the_child_has_its_own_folder_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARGOT_JWT_SECRET", "x")
    words = run([sys.executable, "-c", OWN], DEFAULT_LIMITS, output_bytes=1000).output.split()
    directory, names = words[0].decode(), set(words[1:])
    assert not Path(directory).exists()
    assert names <= {b"PATH", b"LD_LIBRARY_PATH", b"HOME", b"TMPDIR", b"LC_ALL", b"LC_CTYPE"}


@pytest.mark.skipif(not sandbox.network_isolation(), reason="the kernel does not permit it")
def test_the_child_has_no_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        with pytest.raises(MediaInvalid, match="decoded") as raised:
            run([sys.executable, "-c", CONNECT, port], DEFAULT_LIMITS, output_bytes=1000)
    assert "Network is unreachable" in raised.value.detail


def test_time_is_bounded(long_flac: Path) -> None:
    for limits in (Limits(wall_seconds=0.3), Limits(cpu_seconds=1)):
        with pytest.raises(MediaInvalid) as raised:
            measure(long_flac, limits)
        assert raised.value.code == "audio-too-costly"
        assert running(str(long_flac)) == []


def test_what_nobody_wants_any_more_ends_at_once(long_flac: Path) -> None:
    unwanted = threading.Event()
    later = threading.Timer(0.3, unwanted.set)
    later.start()
    with pytest.raises(Unwanted):
        measure(long_flac, Limits(unwanted=unwanted))
    assert running(str(long_flac)) == []


def test_a_child_killed_from_outside_is_not_the_files_fault() -> None:
    for number in (signal.SIGKILL, signal.SIGTERM):
        code = f"import os; os.kill(os.getpid(), {int(number)})"
        with pytest.raises(DecoderKilled):
            run([sys.executable, "-c", code], DEFAULT_LIMITS, output_bytes=1000)


def test_output_is_bounded() -> None:
    code = "import sys\nwhile True: sys.stdout.write('x' * 9999); sys.stderr.write('y' * 9999)"
    with pytest.raises(MediaInvalid) as raised:
        run([sys.executable, "-c", code], DEFAULT_LIMITS, output_bytes=10_000_000)
    assert raised.value.code == "audio-too-long"


def test_a_written_file_is_bounded(tmp_path: Path) -> None:
    code = "import sys,signal; signal.signal(signal.SIGXFSZ, signal.SIG_DFL)\n"
    code += "open(sys.argv[1], 'wb').write(bytes(5000))"
    target = tmp_path / "target"
    with pytest.raises(MediaInvalid):
        run([sys.executable, "-c", code, str(target)], Limits(), output_bytes=0, file_bytes=1000)
    assert target.stat().st_size == 1000


def test_memory_is_bounded() -> None:
    limits = Limits(memory_bytes=512 * 1024**2)
    with pytest.raises(MediaInvalid) as raised:
        run([sys.executable, "-c", "bytes(2**30)"], limits, output_bytes=0)
    assert "MemoryError" in raised.value.detail


def test_a_full_disk_is_not_the_files_fault(make: Make, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.symlink_to("/dev/full")
    with pytest.raises(NoSpace) as raised:
        decode_pcm(make("a.wav"), target)
    assert str(tmp_path) not in str(raised.value)


def test_without_ffmpeg_it_says_so(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make("a.wav")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FfmpegUnavailable, match="ffmpeg is not installed"):
        probe(source)


def test_locations_are_scrubbed() -> None:
    code = "import sys; sys.exit('https://u:p@host/k?sig=1: no /srv/a.wav: bad')"
    with pytest.raises(MediaInvalid) as raised:
        run([sys.executable, "-c", code], DEFAULT_LIMITS, output_bytes=0)
    assert raised.value.detail == "… no … bad"


def test_it_dies_with_its_parent(long_flac: Path) -> None:
    code = "import sys,pathlib; from shared.runtime.media.convert import measure\n"
    code += "while True: measure(pathlib.Path(sys.argv[1]))"
    parent = subprocess.Popen([sys.executable, "-c", code, str(long_flac)])
    wait_until(lambda: len(running(f"file:{long_flac}")) == 1)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    wait_until(lambda: running(str(long_flac)) == [])


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_it_works_under_eventlet_without_holding_the_loop(make: Make) -> None:
    code = """
import eventlet; eventlet.monkey_patch()
import sys, pathlib
from shared.runtime.media.probe import probe
ticks = []
def tick():
    while True:
        ticks.append(1); eventlet.sleep(0.005)
eventlet.spawn(tick)
print(probe(pathlib.Path(sys.argv[1])).duration, len(ticks) > 5)
"""
    command = [sys.executable, "-W", "ignore", "-c", code, str(make("a.wav", seconds=2))]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["2.0", "True"]
