from services.trainer.engine.development import Examined, has_ended, is_worse


def history(*losses: list[float]) -> list[Examined]:
    return [Examined(step, each) for step, each in enumerate(losses, 1)]


CLIPS = 20
FLAT, MUCH_WORSE = [1.0] * CLIPS, [1.2] * CLIPS
BY_CHANCE = [1.3] * (CLIPS // 2 + 1) + [0.7] * (CLIPS // 2 - 1)
"""A higher sum than `FLAT`, by two clips of twenty."""


def test_an_epoch_is_worse_only_beyond_chance() -> None:
    assert not is_worse(history(FLAT))
    assert not is_worse(history(MUCH_WORSE, FLAT))
    assert not is_worse(history(FLAT, BY_CHANCE))
    assert is_worse(history(FLAT, MUCH_WORSE))
    assert is_worse(history(MUCH_WORSE, FLAT, MUCH_WORSE))


def test_two_worse_epochs_in_a_row_end_a_training() -> None:
    assert not has_ended(history(FLAT, MUCH_WORSE))
    assert not has_ended(history(MUCH_WORSE, MUCH_WORSE))
    assert not has_ended(history(FLAT, MUCH_WORSE, BY_CHANCE, MUCH_WORSE))
    assert has_ended(history(FLAT, MUCH_WORSE, MUCH_WORSE))
