"""The phases of a training, in order."""

import gc
from pathlib import Path

from shared.speech.cues import MAX_SECONDS

from .alignments import NAME as ALIGNMENTS
from .alignments import Alignments
from .baseline import listen
from .blending import Blender, choose
from .checkpoint import load_tensor
from .ct2 import read_model
from .ears import Ears
from .evaluation import Report
from .exam import Answers
from .examples import Corpus, Examples
from .fingerprint import fingerprint, scratch_name
from .group import Group
from .hardware import Hardware, release_freed_memory
from .hearing import Aligner
from .job import Job, Phase, Result
from .material import lay_out
from .meter import Meter
from .parity import Sample, alignment_heads, check_parity, check_rounded
from .recogniser import Recogniser
from .recording import Clip
from .selection import select
from .strategy import choose_strategy, costs
from .suspicion import Suspect, losses_of_clips, suspects, unlikely
from .table import Table
from .tuning import Tuning
from .vocabulary import Vocabulary
from .weights import export_model, import_model

ENCODING_SHARE = 0.6
"""Share of the baseline's time in which the held-out part passes the encoder."""

HEARING_SHARE = 0.3
"""Of the whole time, where all audio is in segments that must be aligned."""


class Training:
    """One run of a job. Each method is a phase and leaves what the later ones need."""

    def __init__(self, job: Job, hardware: Hardware, group: Group, meter: Meter) -> None:
        self._job = job
        self._settings = job.settings
        self._hardware = hardware
        self._group = group
        self._meter = meter
        self._scratch = job.work_dir / "scratch"
        self._model_dir = job.work_dir / "model"

    def run(self) -> Result | None:
        """All phases; a result from the first process of the group. Raises as ``engine.train``."""
        self._prepare()
        if self._group.first:
            self._hear_held_out()
            self._hear_windows()
        self._group.meet()
        self._tune()
        self._group.leave()
        if not self._group.first:
            return None
        del self._whisper, self._ears  # the memory is for the export
        self._enter("blending")
        self._blend()
        self._enter("exporting")
        self._export()
        self._enter("evaluating")
        recogniser = self._recogniser(self._model_dir)
        tuned = self._baseline.test.sit(recogniser, self._meter.tick)
        result = self._result(tuned, self._baseline.words_in_noise(recogniser))
        self._meter.finish()
        return result

    def _enter(self, phase: Phase, done: float = 0.0) -> None:
        gc.collect()  # an optimiser refers to itself
        release_freed_memory()
        self._meter.enter(phase, done)

    def _prepare(self) -> None:
        job = self._job
        self._meter.enter("preparing")
        self._vocabulary = Vocabulary.read(job.base_model, job.language)
        self._file = read_model(job.base_model)
        self._whisper = import_model(self._file, self._hardware.device)
        self._strategy = choose_strategy(self._settings, self._hardware)
        self._key = fingerprint(job, self._strategy)
        self._alignments = self._known_alignments()
        # Another process might hear other words; all must train on the same windows.
        selection = self._group.give(
            lambda: select(job.recordings, self._vocabulary, job.language, self._alignments)
        )
        self._material = lay_out(job, self._vocabulary, selection)
        self._ears = Ears(self._whisper, self._hardware, whole=self._strategy == "whole")
        self._scratch_name = scratch_name(self._key, self._hardware, self._material.clips)
        amounts = self._material.amounts(self._settings)
        self._meter.expect(costs(amounts, self._settings, self._strategy))

    def _known_alignments(self) -> Alignments:
        known = load_tensor(self._job.work_dir, self._key, ALIGNMENTS)
        return Alignments(self._aligner(heard=known is not None), known)

    def _aligner(self, *, heard: bool) -> Aligner:
        job = self._job
        spans = [each.end - each.start for one in job.recordings for each in one.segments]
        long = sum(seconds for seconds in spans if seconds > MAX_SECONDS)
        if not heard:
            self._meter.prepare(HEARING_SHARE * long / max(sum(spans), 1.0))
        return Aligner(
            job.base_model,
            job.language,
            self._hardware,
            self._settings.threads,
            lambda listened: self._meter.tick(listened / long),
        )

    def _held_out(self) -> Table:
        rows = len(self._material.held_out)
        return self._ears.table(self._scratch / "held-out.bin", self._scratch_name, rows)

    def _windows(self) -> Table:
        rows = len(self._material.windows)
        return self._ears.table(self._scratch / "windows.bin", self._scratch_name, rows)

    def _hear_held_out(self) -> None:
        clips, table = self._material.held_out, self._held_out()
        self._enter("baseline", ENCODING_SHARE * table.done / len(table))
        table.fill(
            lambda index: self._ears.hear(clips[index].waveform()),
            lambda share: self._meter.tick(ENCODING_SHARE * share),
        )
        self._baseline = listen(
            self._material,
            self._job.language,
            self._ears,
            table,
            self._recogniser(self._job.base_model),
            tick=lambda share: self._meter.tick(ENCODING_SHARE + (1 - ENCODING_SHARE) * share),
        )

    def _hear_windows(self) -> None:
        windows, table = self._material.windows, self._windows()
        self._enter("encoding", table.done / len(table))
        table.fill(lambda index: self._ears.hear(windows[index].waveform()), self._meter.tick)

    def _tune(self) -> None:
        material = self._material
        corpus = Corpus(
            training=Examples(material.training_tokens(), self._windows()),
            packings=material.packings,
            development=Examples(
                material.development_tokens(), self._held_out(), len(material.split.test)
            ),
        )
        tuning = Tuning(
            self._whisper,
            corpus,
            self._settings,
            self._hardware,
            whole=self._strategy == "whole",
            group=self._group,
            kept={ALIGNMENTS: self._alignments.tensor()},
        )
        base = {name: weight.detach().cpu().clone() for name, weight in tuning.weights.items()}
        if self._group.first:
            self._suspects = self._suspect(tuning)
        tuning.resume(self._job.work_dir, self._key)
        self._meter.loss = tuning.loss
        self._enter("training", tuning.step / tuning.total)
        tuning.run(self._job.work_dir, self._key, self._meter.tick)
        self._meter.leave_out(1 - tuning.step / tuning.total)
        self._steps, self._development = tuning.step, tuning.development
        self._blender = Blender(self._file, self._job.base_model, base, dict(tuning.weights))

    def _suspect(self, tuning: Tuning) -> list[Suspect]:
        """Before the first step: a model that has learnt a wrong text finds it likely."""
        self._enter("checking")
        spoken = self._material.spoken()
        losses = tuning.token_losses(list(spoken), self._meter.tick)
        doubtful = unlikely(losses_of_clips(list(spoken.values()), losses))
        listened: dict[Clip, str] = {}
        if doubtful:
            recogniser = self._recogniser(self._job.base_model)
            for clip in doubtful:
                self._meter.tick(1.0)
                (listened[clip],) = recogniser.decode(self._ears.hear(clip.waveform())[None])
        return suspects(listened, self._baseline.heard(), self._job.language)

    def _blend(self) -> None:
        shares = tuple(share for share in self._settings.blends if share)
        scored = 0

        def score(model_dir: Path) -> Answers:
            nonlocal scored
            before, scored = scored, scored + 1
            return self._baseline.development.sit(
                self._recogniser(model_dir),
                lambda s: self._meter.tick((before + s) / len(shares)),
            )

        found = self._blender.compare(shares, self._scratch / "candidate", score)
        answers = {0.0: self._baseline.development_answers, **found}
        self._dev_wers = {share: each.wer for share, each in answers.items()}
        self._share = choose(answers)

    def _export(self) -> None:
        file = self._blender.file(self._share)
        export_model(file, self._job.base_model, self._model_dir)
        self._meter.tick(0.2)
        # One full window says some fifty words; what a mistake breaks, it breaks for all.
        fullest = max(self._material.spoken().values(), key=lambda window: window.text_tokens)
        sample = Sample(fullest.waveform(), self._vocabulary, self._job.language)
        # PyTorch takes the rounded weights, so that a difference can only come from the export.
        whisper = import_model(file, self._hardware.device)
        heads = alignment_heads(self._job.base_model, whisper)
        exact = self._recogniser(self._model_dir, exact=True)
        said = check_parity(whisper, heads, exact, sample)
        del whisper, exact
        release_freed_memory()
        self._meter.tick(0.6)
        self._rounded = check_rounded(
            self._model_dir, self._hardware, self._settings.threads, sample, said
        )

    def _recogniser(self, model_dir: Path, *, exact: bool = False) -> Recogniser:
        return Recogniser(
            model_dir,
            self._vocabulary,
            self._hardware,
            threads=self._settings.threads,
            # The parity check follows each token's likeliest successor, which beams do not take.
            beam=1 if exact else self._settings.beam_size,
            exact=exact,
        )

    def _result(self, tuned: Answers, hallucinated: float) -> Result:
        parts, ledger = self._material.split, self._material.ledger
        data = {
            **self._material.use(),
            "suspects": [each.document() for each in self._suspects],
        }
        run = {
            "strategy": self._strategy,
            "blend": self._share,
            "development_wer": {str(share): wer for share, wer in self._dev_wers.items()},
            "development_loss": [[each.step, round(each.total, 4)] for each in self._development],
            "split": {
                "unit": parts.unit,
                "train": len(parts.train),
                "development": len(parts.dev),
                "test": len(parts.test),
            },
            "steps": self._steps,
            "rounding": round(self._rounded, 4),
            "device": self._hardware.device,
            "bfloat16": self._hardware.autocast,
            "ledger": ledger.rows(),
            "seconds": self._meter.seconds,
        }
        report = Report(
            clips=parts.test,
            baseline=self._baseline.test_answers,
            tuned=tuned,
            known=[clip.text for clip in parts.train],
            hallucinated=(self._baseline.hallucinated, hallucinated),
            vocabulary=self._vocabulary,
            language=self._job.language,
            seed=self._settings.seed,
        )
        return Result(self._model_dir, report.document(), data, run)
