import subprocess
import sys
from pathlib import Path

from shared.runtime.worker.folder import private_folder

HOLD = (
    "import pathlib, sys, time; from shared.runtime.worker.folder import private_folder\n"
    "with private_folder(pathlib.Path(sys.argv[1]), 'ingest') as folder:\n"
    "    (folder / 'half').write_text('x'); print(folder, flush=True); time.sleep(60)"
)


def test_what_killed_processes_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    holders = [
        subprocess.Popen(
            [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    try:
        folders = [Path(holder.stdout.readline().strip()) for holder in holders]
        holders[0].kill()
        holders[0].wait()
        assert [(folder / "half").exists() for folder in folders] == [True, True]
        (tmp_path / "stranger").mkdir()
        with private_folder(tmp_path, "ingest") as mine:
            assert set(tmp_path.iterdir()) == {folders[1], mine, tmp_path / "stranger"}
        assert not mine.exists()
    finally:
        for holder in holders:
            holder.kill()
            holder.wait()
            holder.stdout.close()
