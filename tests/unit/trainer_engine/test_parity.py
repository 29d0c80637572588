import numpy as np
import pytest
import torch

from services.trainer.engine.warping import begins_by, first_times

ONE_SECOND = 16_000


def test_a_token_begins_with_its_first_frame() -> None:
    path, frames = np.array([0, 0, 0, 1, 2, 2]), np.array([0, 1, 2, 3, 3, 4])
    assert first_times(path, frames).tolist() == pytest.approx([0.0, 0.06, 0.06])


def test_tokens_begin_where_they_are_attended_to() -> None:
    weights = torch.full((2, 5, 100), 1e-3)
    for place, frames in ((1, slice(0, 20)), (2, slice(20, 35)), (3, slice(35, 50))):
        weights[:, place, frames] = 1.0
    # The first place is of the prompt, the last one foretells the end; half the frames are padding.
    found = begins_by(weights, slice(1, 5), ONE_SECOND)
    assert found.tolist() == pytest.approx([0.0, 0.4, 0.7], abs=0.021)
