"""The four numbers that stand for a box, and the image's edges."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import boxes

near, size = st.floats(-200, 200), st.floats(0.5, 300)
full_box = st.tuples(near, near, size, size).map(lambda v: (v[0], v[1], v[0] + v[2], v[1] + v[3]))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(full_box, full_box), min_size=1, max_size=5), st.tuples(*[st.floats(0.1, 20)] * 4))
def test_decoding_undoes_encoding_where_the_clamp_is_not_met(pairs, weights):
    wanted, reference = (np.array(rows) for rows in zip(*pairs, strict=True))
    codes = boxes.encode(wanted, reference, weights)
    back = boxes.decode(codes, reference, weights)
    ratio = (wanted[:, 2:] - wanted[:, :2]) / (reference[:, 2:] - reference[:, :2])
    fits = (ratio < 1000 / 16 * 0.999).all(axis=1)
    np.testing.assert_allclose(back[fits], wanted[fits], atol=1e-6)


def test_the_numbers_are_those_of_the_paper():
    codes = boxes.encode([[10, 20, 50, 40]], [[0, 0, 20, 40]])
    np.testing.assert_allclose(codes, [[20 / 20, 10 / 40, math.log(2), math.log(0.5)]])
    weighted = boxes.encode([[10, 20, 50, 40]], [[0, 0, 20, 40]], (10, 10, 5, 5))
    np.testing.assert_allclose(weighted, codes * [10, 10, 5, 5])


def test_a_wild_output_is_clamped_and_gives_a_large_box_instead_of_infinity():
    reference = [[0, 0, 16, 16]]
    np.testing.assert_allclose(boxes.decode([[0, 0, 1e3, 1e3]], reference), [[-492, -492, 508, 508]])
    weighted = boxes.decode([[0, 0, 20, 20]], reference, (1, 1, 5, 5))  # the clamp is that of 4, which it does not meet
    np.testing.assert_allclose(weighted, boxes.decode([[0, 0, 4, 4]], reference))
    assert boxes.decode([[0, 0, -1e3, 0]], reference)[0, 2] == 8  # a width of 0 is no error here
    codes = torch.tensor([[0.0, 0, 100, 100]], requires_grad=True)
    boxes.decode(codes, torch.tensor([[0.0, 0, 16, 16]])).sum().backward()
    assert codes.grad.isfinite().all()


def test_tensors_give_the_same_and_gradients():
    codes = torch.randn(5, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    reference = torch.tensor([[0.0, 0, 10, 20]], dtype=torch.float64).repeat(5, 1)
    decoded = boxes.decode(codes, reference, (10, 10, 5, 5))
    np.testing.assert_allclose(
        decoded.detach().numpy(), boxes.decode(codes.detach().numpy(), reference.numpy(), (10, 10, 5, 5))
    )
    assert torch.autograd.gradcheck(lambda c: boxes.decode(c, reference), codes)
    assert torch.autograd.gradcheck(lambda b: boxes.encode(b, reference), decoded.detach().requires_grad_())
    assert torch.autograd.gradcheck(lambda b: boxes.clip(b, (12, 7)), decoded.detach().requires_grad_())


def test_boxes_are_cut_at_the_image_whose_size_is_height_and_width():
    rows = [[-5.0, -5, 30, 30], [2, 3, 4, 5], [20, 20, 30, 30]]
    assert boxes.clip(rows, (10, 16)).tolist() == [[0, 0, 16, 10], [2, 3, 4, 5], [16, 10, 16, 10]]
    assert boxes.clip(torch.tensor(rows), np.zeros((10, 16)).shape).tolist() == boxes.clip(rows, [10, 16]).tolist()
    assert boxes.clip([], (5, 5)).shape == boxes.encode([], []).shape == boxes.decode([], []).shape == (0, 4)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: boxes.encode([[0, 0, 0, 5]], [[0, 0, 1, 1]]), "boxes must have a width and a height above 0"),
        (lambda: boxes.encode([[0, 0, 1, 5]], [[0, 0, 1, 0]]), "reference must have a width and a height above 0"),
        (lambda: boxes.encode([[0, 0, 1, 5]] * 2, [[0, 0, 1, 1]]), "reference must hold one row for each of the 2"),
        (lambda: boxes.decode([[0, 0, 0, 0]] * 2, [[0, 0, 1, 1]]), "reference must hold one row for each of the 2"),
        (lambda: boxes.decode([[0, 0, np.nan, 0]], [[0, 0, 1, 1]]), "codes must hold finite numbers"),
        (lambda: boxes.decode([[0, 0, 0, 0]], [[1, 0, 0, 1]]), "reference must be (x0, y0, x1, y1)"),
        (lambda: boxes.decode([[0, 0, 0, 0]], [[0, 0, 1, 1]], (1, 1, 0, 1)), "weights must be four positive numbers"),
        (lambda: boxes.encode([[0, 0, 1, 1]], [[0, 0, 1, 1]], (1, 1)), "weights must have shape (4)"),
        (lambda: boxes.clip([[0, 0, 1, 1]], 5), "size must be a pair"),
        (lambda: boxes.clip([[0, 0, 1, 1]], (5, 5, 3)), "size must be a pair"),
        (lambda: boxes.clip([[0, 0, 1, 1]], (-5, 5)), "size must be (height, width), each 0 or more"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(call, said):
    with pytest.raises((ValueError, TypeError)) as error:
        call()
    assert said in str(error.value)
