"""The phases of a training, in order."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from shared.speech.cues import MAX_SECONDS

from .blending import Blender, choose
from .checkpoint import discard_checkpoint
from .ct2 import read_model
from .encodings import Encodings
from .evaluation import Report
from .exam import Answers, Exam
from .fault import EngineFault
from .features import Spectrograms
from .fingerprint import fingerprint
from .hardware import Hardware
from .hearing import Aligner
from .job import Job, Result
from .ledger import Drop, account
from .meter import Meter
from .noise import waveforms, words_a_minute
from .parity import WINDOWS, check_parity, check_words
from .recogniser import Recogniser
from .selection import select
from .split import Shares, split
from .tuning import Corpus, Tuning
from .vocabulary import Vocabulary
from .weights import export_model, import_model
from .windows import Quiet, Window, pack, quiet

NOT_UNDERSTOOD = 0.8
"""Word error rate of a base model on a language that is not the one it is told to expect."""

HEARING_SHARE = 0.3
"""Of the whole time, where all audio is in segments that must be aligned."""


class Training:
    """One run of a job. Each method is a phase and leaves what the later ones need."""

    def __init__(self, job: Job, hardware: Hardware, meter: Meter) -> None:
        self._job = job
        self._settings = job.settings
        self._hardware = hardware
        self._meter = meter
        self._scratch = job.work_dir / "scratch"
        self._model_dir = job.work_dir / "model"

    def run(self) -> Result:
        """All phases. Raises what ``engine.train`` promises."""
        self._prepare()
        self._meter.enter("baseline")
        self._sit_baseline()
        self._meter.enter("encoding")
        corpus = self._encode_windows()
        self._meter.enter("training")
        self._tune(corpus)
        self._meter.enter("blending")
        self._blend()
        self._meter.enter("exporting")
        self._export()
        self._meter.enter("evaluating")
        recogniser = self._recogniser(self._model_dir)
        tuned = self._test.sit(recogniser, self._meter.tick)
        hallucinated = self._words_in_noise(recogniser)
        self._meter.finish()
        discard_checkpoint(self._job.work_dir)
        return self._result(tuned, hallucinated)

    def _prepare(self) -> None:
        job, settings = self._job, self._settings
        self._meter.enter("preparing")
        self._vocabulary = Vocabulary.read(job.base_model, job.language)
        self._file = read_model(job.base_model)
        self._whisper = import_model(self._file, self._hardware.device)
        self._spectrograms = Spectrograms(self._whisper.config.num_mel_bins)
        selection = select(job.recordings, self._vocabulary, job.language, self._aligner())
        total = sum(clip.seconds for clip in selection.clips)
        shares = Shares(
            test=min(total * settings.test_share, settings.max_test_seconds),
            dev=min(total * settings.dev_share, settings.max_dev_seconds),
        )
        self._split = split(selection.clips, shares)
        gap = [Drop(clip.recording, clip.begin, clip.stop, "split-gap") for clip in self._split.gap]
        used = (*self._split.train, *self._split.dev, *self._split.test)
        self._ledger = account(job.recordings, used, [*selection.drops, *gap])
        self._key = fingerprint(job, self._hardware, selection.clips)

    def _aligner(self) -> Aligner:
        job = self._job
        spans = [each.end - each.start for one in job.recordings for each in one.segments]
        long = sum(seconds for seconds in spans if seconds > MAX_SECONDS)
        self._meter.widen("preparing", HEARING_SHARE * long / max(sum(spans), 1.0))
        return Aligner(
            job.base_model,
            job.language,
            self._hardware,
            self._settings.threads,
            lambda listened: self._meter.tick(listened / long),
        )

    def _sit_baseline(self) -> None:
        test, dev = self._split.test, self._split.dev
        clips = (*test, *dev)
        recogniser = self._recogniser(self._job.base_model)
        config = self._whisper.config
        shape = (len(clips), config.max_source_positions, config.d_model)
        encodings = Encodings(self._scratch / "held-out.bin", self._key, shape, np.float32)
        encodings.fill(
            lambda index: recogniser.encode(self._spectrograms.of(clips[index].waveform())),
            lambda share: self._meter.tick(0.8 * share),
        )
        self._test = Exam(test, self._job.language, encodings, 0)
        self._dev = Exam(dev, self._job.language, encodings, len(test))
        self._baseline = self._test.sit(recogniser, lambda s: self._meter.tick(0.8 + 0.1 * s))
        self._dev_baseline = self._dev.sit(recogniser, lambda s: self._meter.tick(0.9 + 0.1 * s))
        self._refuse_another_language(recogniser)
        spectrograms = [self._spectrograms.of(each) for each in waveforms()]
        self._noise = np.stack([recogniser.encode(each) for each in spectrograms])
        self._hallucinated = self._words_in_noise(recogniser)

    def _refuse_another_language(self, recogniser: Recogniser) -> None:
        """Both signs together: the base model understands nothing, and hears another language."""
        wanted, spoken = self._job.language, self._test.spoken(recogniser)
        if self._baseline.wer > NOT_UNDERSTOOD and spoken not in {None, wanted}:
            message = f"The recordings sound like the language {spoken!r}, not like {wanted!r}."
            raise EngineFault("language-unlike-base", message, fault="data")

    def _words_in_noise(self, recogniser: Recogniser) -> float:
        """Words a minute; both models share the encodings, since the encoder is frozen."""
        return words_a_minute(recogniser.decode(self._noise), self._job.language)

    def _encode_windows(self) -> Corpus:
        windows: list[Window | Quiet] = []
        packings: list[range] = []
        for packing in range(self._settings.packings):
            seed = self._settings.seed
            spoken = pack(self._split.train, seed, packing)
            laid: list[Window | Quiet] = [*spoken, *quiet(len(spoken), seed, packing)]
            packings.append(range(len(windows), len(windows) + len(laid)))
            windows.extend(laid)
        config = self._whisper.config
        shape = (len(windows), config.max_source_positions, config.d_model)
        encodings = Encodings(self._scratch / "windows.bin", self._key, shape, np.float16)
        encodings.fill(lambda index: self._encode(windows[index]), self._meter.tick)
        tokens = [window.tokens(self._vocabulary) for window in windows]
        return Corpus(tokens, packings, encodings)

    @torch.inference_mode()
    def _encode(self, window: Window | Quiet) -> npt.NDArray[np.float32]:
        spectrogram = torch.from_numpy(self._spectrograms.of(window.waveform()))
        with self._hardware.precision():
            heard = self._whisper.model.encoder(spectrogram[None].to(self._hardware.device))
        encoded: npt.NDArray[np.float32] = heard.last_hidden_state[0].float().cpu().numpy()
        return encoded

    def _tune(self, corpus: Corpus) -> None:
        tuning = Tuning(self._whisper, corpus, self._settings, self._hardware)
        base = {name: weight.detach().cpu().clone() for name, weight in tuning.weights.items()}
        tuning.resume(self._job.work_dir, self._key)
        self._meter.loss = tuning.loss
        self._meter.skip(tuning.step / max(1, tuning.total))
        tuning.run(self._job.work_dir, self._key, self._meter.tick)
        self._steps = tuning.total
        self._blender = Blender(self._file, self._job.base_model, base, dict(tuning.weights))

    def _blend(self) -> None:
        shares = tuple(share for share in self._settings.blends if share)
        scored = 0

        def score(model_dir: Path) -> Answers:
            nonlocal scored
            before, scored = scored, scored + 1
            return self._sit(
                model_dir, self._dev, lambda s: self._meter.tick((before + s) / len(shares))
            )

        found = self._blender.compare(shares, self._scratch / "candidate", score)
        answers = {0.0: self._dev_baseline, **found}
        self._dev_wers = {share: each.wer for share, each in answers.items()}
        self._share = choose(answers)

    def _export(self) -> None:
        file = self._blender.file(self._share)
        export_model(file, self._job.base_model, self._model_dir)
        self._meter.tick(0.2)
        # PyTorch takes the rounded weights, so that a difference can only come from the export.
        exact = import_model(file, self._hardware.device)
        recogniser = self._recogniser(self._model_dir)
        windows = pack(self._split.test, self._settings.seed, 0)[:WINDOWS]
        waveforms = [window.waveform() for window in windows]
        spectrograms = [self._spectrograms.of(each) for each in waveforms]
        self._parity = check_parity(
            exact, recogniser, self._vocabulary, spectrograms, self._job.language
        )
        self._meter.tick(0.7)
        self._rounded = check_words(
            self._model_dir,
            self._hardware,
            self._settings.threads,
            waveforms[:1],
            self._job.language,
        )

    def _recogniser(self, model_dir: Path) -> Recogniser:
        settings = self._settings
        return Recogniser(
            model_dir, self._vocabulary, self._hardware, settings.threads, settings.beam_size
        )

    def _sit(self, model_dir: Path, exam: Exam, tick: Callable[[float], None]) -> Answers:
        return exam.sit(self._recogniser(model_dir), tick)

    def _result(self, tuned: Answers, hallucinated: float) -> Result:
        used = (*self._split.train, *self._split.dev, *self._split.test)
        data = {
            "segments": len(used),
            "seconds_used": round(self._ledger.seconds_used, 3),
            "dropped": self._ledger.sums(),
        }
        run = {
            "blend": self._share,
            "development_wer": {str(share): wer for share, wer in self._dev_wers.items()},
            "split": {
                "unit": self._split.unit,
                "train": len(self._split.train),
                "development": len(self._split.dev),
                "test": len(self._split.test),
            },
            "steps": self._steps,
            "parity_wer": self._parity,
            "rounded_wer": self._rounded,
            "device": self._hardware.device,
            "bfloat16": self._hardware.autocast,
            "ledger": self._ledger.rows(),
            "seconds": self._meter.seconds,
        }
        report = Report(
            clips=self._test.clips,
            baseline=self._baseline,
            tuned=tuned,
            known=[clip.text for clip in self._split.train],
            hallucinated=(self._hallucinated, hallucinated),
            vocabulary=self._vocabulary,
            language=self._job.language,
            seed=self._settings.seed,
        )
        return Result(self._model_dir, report.document(), data, run)
