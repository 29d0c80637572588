"""Recorded speech with transcripts for the demo and the tests: Debian's Asterisk prompts.

Studio voices at 8 kHz, CC BY-SA, French as spoken in Canada and American English: about 20
minutes each. The packages are unpacked into the cache, not installed.
"""

import fcntl
import gzip
import os
import re
import shutil
import subprocess
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shared.runtime.base_models import BaseModelSettings

Language = Literal["fr", "en"]

VOICES: dict[Language, str] = {"fr": "fr_CA_f_June", "en": "en_US_f_Allison"}
# Single digits, letters and spelling words have no context; the silences have no speech.
WITHOUT_SENTENCES = ("digits", "letters", "phonetic", "silence")
SHORTEST_S = 1.0
TIMEOUT_S = 300

_SOUND_EFFECT = re.compile(r"[\[\](){}<>]")
_SPELLED = re.compile(r"(?:\w{1,2}\W+)*\w{1,2}\W*")
_QUOTES = str.maketrans("", "", '“”"')


class CorpusUnavailable(RuntimeError):
    """The recordings cannot be fetched; says why in one sentence."""


@dataclass(frozen=True)
class Prompt:
    """One recording and what is said in it."""

    name: str
    path: Path
    text: str
    seconds: float


def prompts(language: Language) -> list[Prompt]:
    """The usable recordings, sorted by name: of a second at least, and speech, not effects.

    Fetched once, without root rights; the same list at every call and on every machine.
    """
    root = _fetch(language)
    voice = root / "usr/share/asterisk/sounds" / VOICES[language]
    documents = root / f"usr/share/doc/asterisk-core-sounds-{language}"
    found = []
    with gzip.open(documents / f"core-sounds-{language}.txt.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            name, _, text = (part.strip() for part in line.partition(":"))
            path = voice / f"{name}.wav"
            if name.startswith((";", *WITHOUT_SENTENCES)) or not _is_speech(text):
                continue
            if path.exists() and (seconds := _duration(path)) >= SHORTEST_S:
                words = text.translate(_QUOTES).strip()
                found.append(Prompt(name.replace("/", "-"), path, words, seconds))
    return sorted(found, key=lambda prompt: prompt.name)


def _is_speech(text: str) -> bool:
    return bool(text) and not _SOUND_EFFECT.search(text) and not _SPELLED.fullmatch(text)


def _duration(path: Path) -> float:
    with wave.open(str(path)) as audio:
        frames, rate = audio.getnframes(), audio.getframerate()
    return float(frames / rate)


def _fetch(language: Language) -> Path:
    """The folder with the unpacked packages; complete or not there, also when two race."""
    cache = BaseModelSettings().cache_dir / "corpus"
    root = cache / f"asterisk-{language}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{root.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            with tempfile.TemporaryDirectory(dir=cache) as temporary:
                draft = Path(temporary, "unpacked")
                _unpack(language, Path(temporary), draft)
                draft.rename(root)
    return root


def _unpack(language: Language, downloads: Path, root: Path) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        raise CorpusUnavailable("the Asterisk prompts need apt-get and dpkg, of Debian or Ubuntu")
    names = [f"asterisk-core-sounds-{language}", f"asterisk-core-sounds-{language}-wav"]
    failure = _run(["apt-get", "download", *names], downloads)
    if failure and os.geteuid() == 0:
        failure = _run(["apt-get", "-o", "DPkg::Lock::Timeout=300", "update"], downloads) or _run(
            ["apt-get", "download", *names], downloads
        )
    if failure:
        raise CorpusUnavailable(f"the Asterisk prompts cannot be downloaded: {failure}")
    for package in downloads.glob("*.deb"):
        failure = _run(["dpkg", "-x", str(package), str(root)], downloads)
        if failure:
            raise CorpusUnavailable(f"{package.name} cannot be unpacked: {failure}")


def _run(command: list[str], folder: Path) -> str:
    """The last line of what went wrong; empty when nothing did."""
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"{command[0]} did not end in {TIMEOUT_S} s"
    if done.returncode == 0:
        return ""
    return (done.stderr.strip().splitlines() or [f"{command[0]} failed"])[-1]
