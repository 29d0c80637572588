"""The worker stays small: the engine's libraries are in its child alone."""

import subprocess
import sys


def test_the_worker_does_not_load_the_engines_libraries() -> None:
    heavy = {"torch", "transformers", "ctranslate2", "faster_whisper"}
    program = f"import sys, services.trainer.worker; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.decode().strip() == "set()"
