import copy
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import WhisperConfig, WhisperForConditionalGeneration

from services.trainer.engine import objective
from services.trainer.engine.blending import choose
from services.trainer.engine.checkpoint import load_checkpoint, save_checkpoint
from services.trainer.engine.development import PATIENCE
from services.trainer.engine.exam import Answers
from services.trainer.engine.examples import IGNORED, Batch, Corpus, Examples, collate
from services.trainer.engine.fault import EngineFault, Interrupted
from services.trainer.engine.hardware import Hardware
from services.trainer.engine.job import EngineSettings
from services.trainer.engine.schedule import plan, rate
from services.trainer.engine.scoring import WordErrors
from services.trainer.engine.table import Table
from services.trainer.engine.tuning import Tuning


def test_a_plan_takes_each_window_once_an_epoch_and_packings_in_turn() -> None:
    settings = EngineSettings(epochs=3, batch_windows=4)
    packings = [range(10), range(10, 17)]
    steps = plan(packings, settings)
    assert len(steps) == 3 + 2 + 3
    first, second, third = (
        sorted(chain(*(step.windows for step in part)))
        for part in (steps[:3], steps[3:5], steps[5:])
    )
    assert first == list(range(10))
    assert second == list(range(10, 17))
    assert third == list(range(10))
    assert steps[:3] != steps[5:]
    assert [place for place, step in enumerate(steps, 1) if step.ends_epoch] == [3, 5, 8]
    assert steps == plan(packings, settings)


def test_the_rate_rises_to_the_peak_and_falls_to_nothing() -> None:
    rates = [rate(step, 100, 0.1) for step in range(100)]
    assert max(rates) == 1.0
    assert rates.index(1.0) == 9
    assert rates[:10] == sorted(rates[:10])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert 0 < rates[-1] < 0.02


def test_targets_are_the_inputs_moved_by_one_without_the_prompt() -> None:
    inputs, targets = collate([((1, 2, 3, 4, 5), 2), ((1, 2, 9), 2)])
    assert inputs.tolist() == [[1, 2, 3, 4], [1, 2, 0, 0]]
    assert targets.tolist() == [[IGNORED, 3, 4, 5], [IGNORED, 9, IGNORED, IGNORED]]


@pytest.fixture
def whisper() -> WhisperForConditionalGeneration:
    torch.manual_seed(0)
    config = WhisperConfig(
        vocab_size=60,
        d_model=16,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=16,
        decoder_ffn_dim=16,
        max_source_positions=8,
        max_target_positions=32,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
        decoder_start_token_id=1,
    )
    return WhisperForConditionalGeneration(config).eval()


TOKENS = [((3, 4, 5, 6, 7, 8, 9, 2), 2), ((3, 4, 40, 41, 2), 2)]
HEARD = np.random.default_rng(0).standard_normal((2, 8, 16)).astype(np.float32)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    table = Table(tmp_path / "heard.bin", "key", (2, 8, 16), np.float32)
    table.fill(lambda index: HEARD[index], lambda _share: None)
    return Corpus(Examples(TOKENS, table), [range(2)], Examples(TOKENS[1:], table, first=1))


@pytest.mark.parametrize("at_once", [1, 2])
def test_logits_in_rows_give_the_gradient_of_all_logits_at_once(
    whisper: WhisperForConditionalGeneration,
    corpus: Corpus,
    monkeypatch: pytest.MonkeyPatch,
    at_once: int,
) -> None:
    inputs, targets = collate(TOKENS)
    monkeypatch.setattr(objective, "LOGIT_ROWS", 2)

    settings = EngineSettings(batch_windows=at_once, label_smoothing=0.1)
    ours = Tuning(whisper, corpus, settings, Hardware("cpu", autocast=False))
    value = ours._descend([0, 1])
    found = {
        name: weight.grad.clone()
        for name, weight in ours.weights.items()
        if weight.grad is not None
    }
    whisper.zero_grad()
    state = whisper.model.decoder(
        input_ids=inputs, encoder_hidden_states=torch.from_numpy(HEARD), use_cache=False
    ).last_hidden_state
    logits = whisper.proj_out(state).transpose(1, 2)
    plain, smoothed = (
        torch.nn.functional.cross_entropy(
            logits, targets, ignore_index=IGNORED, label_smoothing=smoothing
        )
        for smoothing in (0.0, 0.1)
    )
    smoothed.backward()

    assert value == pytest.approx(plain.item(), rel=1e-5)
    for name, weight in ours.weights.items():
        if weight.grad is not None:
            torch.testing.assert_close(found[name], weight.grad, rtol=1e-4, atol=1e-6)
    assert found


def test_where_memory_runs_out_fewer_windows_are_taken_at_once(
    whisper: WhisperForConditionalGeneration, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = EngineSettings(epochs=2, batch_windows=2)
    reference = Tuning(copy.deepcopy(whisper), corpus, settings, Hardware("cpu", autocast=False))
    ours = Tuning(whisper, corpus, settings, Hardware("cpu", autocast=False))
    together = ours._objective.descend
    taken: list[int] = []

    def scarce(batch: Batch, total_tokens: int) -> float:
        taken.append(len(batch.inputs))
        value = together(batch, total_tokens)
        if len(batch.inputs) > 1:  # after gradients are there, which must not count twice
            raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")
        return value

    monkeypatch.setattr(ours._objective, "descend", scarce)
    for tuning_ in (reference, ours):
        while tuning_.step < tuning_.total:
            tuning_._take_step()

    assert taken == [2, 1, 1, 1, 1]
    for name, weight in ours.weights.items():
        torch.testing.assert_close(weight, reference.weights[name], rtol=1e-4, atol=1e-6)
    monkeypatch.setattr(ours._objective, "descend", lambda *_: 1 / 0)
    ours.step = 0
    with pytest.raises(ZeroDivisionError):
        ours._take_step()


def test_the_best_epoch_is_kept_and_training_ends_when_nothing_gets_better(
    whisper: WhisperForConditionalGeneration,
    corpus: Corpus,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = EngineSettings(epochs=9, batch_windows=2)
    ours = Tuning(whisper, corpus, settings, Hardware("cpu", autocast=False))
    losses = iter([3.0, 1.0, 2.0, 1.5, 0.5])  # of each of ten clips
    seen: list[torch.Tensor] = []

    def examined() -> list[float]:
        seen.append(ours.weights["model.decoder.layers.0.fc1.weight"].detach().clone())
        return [next(losses)] * 10

    monkeypatch.setattr(ours, "_development_losses", examined)
    ours.run(tmp_path, "key", lambda _share: None)

    assert [each.total for each in ours.development] == [30.0, 10.0, 20.0, 15.0]
    assert len(seen) == 2 + PATIENCE
    assert torch.equal(ours.weights["model.decoder.layers.0.fc1.weight"], seen[1])
    assert not torch.equal(seen[1], seen[3])


def test_a_run_that_goes_on_after_its_best_epoch_keeps_it(
    whisper: WhisperForConditionalGeneration,
    corpus: Corpus,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = EngineSettings(epochs=4, batch_windows=2)
    kept: list[dict[str, torch.Tensor]] = []
    for interrupted in (False, True):
        losses = iter([2.0, 1.0, 3.0, 1.5])
        ours = Tuning(copy.deepcopy(whisper), corpus, settings, Hardware("cpu", autocast=False))
        monkeypatch.setattr(ours, "_development_losses", lambda losses=losses: [next(losses)] * 10)
        if interrupted:
            with pytest.raises(Interrupted):
                ours.run(tmp_path, "key", interrupt_at(0.75))
            ours = Tuning(copy.deepcopy(whisper), corpus, settings, Hardware("cpu", autocast=False))
            ours.resume(tmp_path, "key")
            assert ours.step == 3
            monkeypatch.setattr(
                ours, "_development_losses", lambda losses=losses: [next(losses)] * 10
            )
        ours.run(tmp_path, "key", lambda _share: None)
        assert [each.losses[0] for each in ours.development] == [2.0, 1.0, 3.0, 1.5]
        kept.append(dict(ours.weights))
    assert all(torch.equal(weight, kept[1][name]) for name, weight in kept[0].items())


def test_after_the_last_step_there_is_a_checkpoint_of_the_best_weights(
    whisper: WhisperForConditionalGeneration, corpus: Corpus, tmp_path: Path
) -> None:
    settings = EngineSettings(epochs=3, batch_windows=2, checkpoint_steps=1)
    base = copy.deepcopy(whisper)
    kept = {"kept": torch.arange(3)}
    first = Tuning(whisper, corpus, settings, Hardware("cpu", autocast=False), kept=kept)
    first.run(tmp_path, "key", lambda _share: None)
    left = load_checkpoint(tmp_path, "key")
    assert left is not None
    assert left.tensors.keys() == {"kept", *(f"best/{name}" for name in first.weights)}
    written = (tmp_path / "checkpoint.safetensors").stat().st_mtime_ns

    again = Tuning(base, corpus, settings, Hardware("cpu", autocast=False), kept=kept)
    again.resume(tmp_path, "key")
    assert again.ended
    again.run(tmp_path, "key", never_called)
    assert (again.step, again.loss, again.development) == (
        first.step,
        first.loss,
        first.development,
    )
    assert all(torch.equal(weight, again.weights[name]) for name, weight in first.weights.items())
    assert (tmp_path / "checkpoint.safetensors").stat().st_mtime_ns == written


def test_a_run_that_is_interrupted_while_it_examines_examines_again(
    whisper: WhisperForConditionalGeneration, corpus: Corpus, tmp_path: Path
) -> None:
    settings = EngineSettings(epochs=2, batch_windows=2)
    whole = Tuning(copy.deepcopy(whisper), corpus, settings, Hardware("cpu", autocast=False))
    (tmp_path / "whole").mkdir()
    whole.run(tmp_path / "whole", "key", lambda _share: None)
    base = copy.deepcopy(whisper)
    ticks = 0

    def tick(_share: float) -> None:
        nonlocal ticks
        ticks += 1
        if ticks == 2:  # after a step, and then before the first clip
            raise Interrupted

    ours = Tuning(whisper, corpus, settings, Hardware("cpu", autocast=False))
    with pytest.raises(Interrupted):
        ours.run(tmp_path, "key", tick)
    assert (ours.step, ours.development) == (1, [])
    again = Tuning(base, corpus, settings, Hardware("cpu", autocast=False))
    again.resume(tmp_path, "key")
    assert (again.step, again.ended) == (1, False)
    again.run(tmp_path, "key", lambda _share: None)
    assert again.development == whole.development
    assert all(torch.equal(weight, again.weights[name]) for name, weight in whole.weights.items())


def never_called(_share: float) -> None:
    raise AssertionError


def test_a_checkpoint_of_other_weights_is_ignored_and_told(
    whisper: WhisperForConditionalGeneration,
    corpus: Corpus,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ours = Tuning(whisper, corpus, EngineSettings(), Hardware("cpu", autocast=False))
    ours._take_step()
    checkpoint = ours.checkpoint("key")
    name = next(name for name in checkpoint.tensors if name.startswith("exp_avg/"))
    checkpoint.tensors[name] = checkpoint.tensors[name][:1].clone()
    save_checkpoint(checkpoint, tmp_path)
    again = Tuning(copy.deepcopy(whisper), corpus, EngineSettings(), ours._hardware)
    again.resume(tmp_path, "key")
    assert again.step == 0
    assert "begins anew" in caplog.text


@pytest.mark.parametrize(("halvings", "at_once"), [(0, [4]), (1, [2, 2]), (9, [1, 1, 1, 1])])
def test_fewer_windows_are_taken_at_once_where_the_settings_say_so(
    whisper: WhisperForConditionalGeneration,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    halvings: int,
    at_once: list[int],
) -> None:
    table = Table(tmp_path / "heard.bin", "key", (4, 8, 16), np.float32)
    table.fill(lambda index: HEARD[index % 2], lambda _share: None)
    examples = Examples(TOKENS * 2, table)
    settings = EngineSettings(batch_windows=4, halvings=halvings, epochs=1)
    corpus = Corpus(examples, [range(4)], examples)
    ours = Tuning(whisper, corpus, settings, Hardware("cpu", autocast=False))
    together = ours._objective.descend
    taken: list[int] = []

    def counted(batch: Batch, total_tokens: int) -> float:
        taken.append(len(batch.inputs))
        return together(batch, total_tokens)

    monkeypatch.setattr(ours._objective, "descend", counted)
    ours._take_step()
    assert taken == at_once


def interrupt_at(place: float) -> Callable[[float], None]:
    def tick(share: float) -> None:
        if share >= place:
            raise Interrupted

    return tick


def test_weights_that_are_no_numbers_end_a_training(
    whisper: WhisperForConditionalGeneration, corpus: Corpus, tmp_path: Path
) -> None:
    whisper.model.decoder.layers[0].fc1.weight.data.fill_(1e38)
    ours = Tuning(whisper, corpus, EngineSettings(), Hardware("cpu", autocast=False))
    with pytest.raises(EngineFault) as caught:
        ours.run(tmp_path, "key", lambda _share: None)
    assert caught.value.code == "diverged"


def test_losses_are_those_of_smoothed_labels_token_by_token(
    whisper: WhisperForConditionalGeneration, corpus: Corpus
) -> None:
    ours = Tuning(whisper, corpus, EngineSettings(), Hardware("cpu", autocast=False))
    inputs, targets = collate(TOKENS[1:])
    logits = whisper.proj_out(
        whisper.model.decoder(
            input_ids=inputs, encoder_hidden_states=torch.from_numpy(HEARD[1:]), use_cache=False
        ).last_hidden_state
    )
    wanted = torch.nn.functional.cross_entropy(
        logits.transpose(1, 2), targets, ignore_index=IGNORED, label_smoothing=0.1
    )
    assert ours._development_losses() == [pytest.approx(3 * wanted.item(), abs=1e-4)]
    each = ours.token_losses([0, 1], lambda _share: None)
    assert [len(losses) for losses in each] == [6, 3]
    assert float(each[1].mean()) == pytest.approx(wanted.item(), rel=1e-5)


def test_a_whole_model_hears_spectrograms_and_learns_to_hear(
    whisper: WhisperForConditionalGeneration, tmp_path: Path
) -> None:
    mels, frames = 80, 16
    table = Table(tmp_path / "mels.bin", "key", (2, mels, frames), np.float32)
    draw = np.random.default_rng(0)
    table.fill(
        lambda _index: draw.standard_normal((mels, frames), dtype=np.float32), lambda _share: None
    )
    corpus = Corpus(Examples(TOKENS, table), [range(2)], Examples(TOKENS, table))
    ours = Tuning(
        whisper, corpus, EngineSettings(epochs=20), Hardware("cpu", autocast=False), whole=True
    )
    before = {name: weight.detach().clone() for name, weight in whisper.named_parameters()}
    ours.run(tmp_path, "key", lambda _share: None)

    changed = {n for n, weight in whisper.named_parameters() if not torch.equal(weight, before[n])}
    assert {"model.encoder.conv1.weight", "model.decoder.layers.0.fc1.weight"} <= changed
    assert not changed & {
        "model.decoder.embed_tokens.weight",
        "model.encoder.embed_positions.weight",
    }
    assert ours.loss[-1][1] < ours.loss[0][1]


def answers_of(errors: list[int]) -> Answers:
    return Answers(("",) * len(errors), tuple(WordErrors(count, 5) for count in errors))


@pytest.mark.parametrize(
    ("errors", "share"),
    [
        ({0.0: [2] * 20, 0.5: [1] * 20, 0.75: [1] * 20, 1.0: [1] * 20}, 0.75),
        # Two errors less in twenty segments are an accident, one less in each is not.
        ({0.0: [2] * 20, 0.5: [0, 0] + [1] * 18, 0.75: [1] * 20, 1.0: [1] * 20}, 0.75),
        ({0.0: [3] * 20, 0.5: [1] * 20, 0.75: [2] * 20, 1.0: [2] * 20}, 0.5),
        ({0.0: [2] + [1] * 19, 0.5: [1] * 20, 0.75: [1] * 19 + [3], 1.0: [9] * 20}, 0.5),
        ({0.0: [1] * 20, 0.5: [1] * 20, 0.75: [1] * 20, 1.0: [1] * 20}, 0.75),
        ({0.0: [1] * 20, 0.5: [1] * 20, 0.75: [1] * 19 + [2], 1.0: [3] * 20}, 0.5),
        ({0.0: [1] * 20, 0.5: [1] * 19 + [2], 0.75: [2] * 20, 1.0: [3] * 20}, 0.0),
    ],
)
def test_the_blend_prefers_three_quarters_where_nothing_better_can_be_told(
    errors: dict[float, list[int]], share: float
) -> None:
    assert choose({each: answers_of(counts) for each, counts in errors.items()}) == share


@pytest.mark.parametrize(
    ("errors", "share"),
    [
        ({0.0: [5] * 4, 0.5: [4] * 4, 0.75: [0] * 4, 1.0: [0] * 4}, 0.5),
        ({0.0: [5] * 4, 0.5: [5] * 4, 0.75: [0] * 4, 1.0: [4] * 4}, 0.75),
        ({0.0: [5], 0.5: [5], 0.75: [5], 1.0: [5]}, 0.0),
    ],
)
def test_where_little_can_be_told_the_blend_is_as_near_the_base_as_can_be(
    errors: dict[float, list[int]], share: float
) -> None:
    assert choose({each: answers_of(counts) for each, counts in errors.items()}) == share


@given(
    st.integers(1, 12).flatmap(
        lambda clips: st.lists(
            st.lists(st.integers(0, 3), min_size=clips, max_size=clips), min_size=4, max_size=4
        )
    )
)
def test_no_blend_is_chosen_that_makes_more_errors_than_the_base(errors: list[list[int]]) -> None:
    found = dict(zip((0.0, 0.5, 0.75, 1.0), errors, strict=True))
    share = choose({each: answers_of(counts) for each, counts in found.items()})
    assert sum(found[share]) <= sum(found[0.0])
