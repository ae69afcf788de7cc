"""Claims about scenes as a container of pairs of image and target."""

from collections.abc import Sequence

import numpy as np
import pytest

from dlcourse.data import pets


def test_scenes_are_pairs_with_places():
    data = pets.scenes(5)
    image, target = data[-1]
    np.testing.assert_array_equal(image, data.images[4])
    assert target is data.targets[4]
    assert [len(t["labels"]) for _, t in data] == [len(t["labels"]) for t in data.targets]
    part = data[1:3]
    assert isinstance(part, pets.Scenes)
    assert len(part) == 2
    assert part.targets[0] is data.targets[1]
    assert data[np.int64(1)][1] is data.targets[1]
    assert [target is data.targets[-1 - i] for i, (_, target) in enumerate(reversed(data))] == [True] * 5
    with pytest.raises(IndexError):
        data[5]


@pytest.mark.parametrize("index", [[0, 1], np.array([0, 1]), 1.0, "1", None])
def test_another_index_than_a_number_or_a_slice_is_named(index):
    with pytest.raises(TypeError, match=r"an index of scenes must be a whole number or a slice, got \w+"):
        pets.scenes(2)[index]


def test_scenes_do_not_pretend_to_compare_arrays():
    data = pets.scenes(2)
    assert not isinstance(data, Sequence)
    assert not hasattr(data, "index")
    with pytest.raises(TypeError, match="Scenes"):
        data[1] in data  # noqa: B015
