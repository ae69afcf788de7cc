"""The record of a training."""

import pytest

from dlcourse.train import History

CURVES = {"loss": [0.9, 0.5, 0.4], "valid_loss": [0.8, 0.6, 0.7], "learning_rate": [1e-3] * 3, "seconds": [1.0] * 3}


def test_printed_it_is_a_table_without_times_so_that_notebooks_can_be_compared():
    assert str(History(CURVES)).split("\n") == [
        "epoch   loss  valid_loss",
        "    1  0.900       0.800",
        "    2  0.500       0.600",
        "    3  0.400       0.700",
    ]


def test_a_rate_that_changes_has_a_column():
    assert "1.0e-03" not in str(History(CURVES))
    assert "5.0e-04" in str(History(CURVES | {"learning_rate": [1e-3, 5e-4, 0.0]}))


def test_a_long_training_prints_a_dozen_epochs_with_the_first_and_the_last():
    text = str(History({"loss": [1 / (1 + i) for i in range(100)]})).split("\n")
    assert len(text) == 13
    assert text[1].split() == ["1", "1.000"]
    assert text[-1].split() == ["100", "0.010"]


def test_the_best_epoch_counts_from_1_and_goes_by_the_validation_loss():
    assert History(CURVES).best_epoch == 2
    assert History({"loss": [0.9, 0.5, 0.4]}).best_epoch == 3


def test_of_equal_losses_the_first_is_the_best():
    assert History({"loss": [0.5, 0.4, 0.4]}).best_epoch == 2


def test_it_is_a_mapping_from_names_to_lists():
    history = History(CURVES)
    assert dict(history) == CURVES
    assert len(history) == 4
    assert "accuracy" not in history
    with pytest.raises(KeyError, match=r"no curve 'val_loss'; this history has loss, valid_loss"):
        history["val_loss"]


def test_it_does_not_change_with_the_lists_that_it_was_made_from():
    curves = {"loss": [1.0]}
    history = History(curves)
    curves["loss"].append(2.0)
    assert history.epochs == 1


def test_an_empty_history_says_that_it_is_empty():
    assert str(History()) == "epoch"
    with pytest.raises(ValueError, match="no epoch yet"):
        History().best_epoch  # noqa: B018


def test_each_epoch_gives_the_same_numbers():
    history = History()
    history.add(loss=1.0, boxes=0.5)
    with pytest.raises(ValueError, match=r"an epoch must give loss, boxes, like those before it, got \['loss'\]"):
        history.add(loss=0.5)
    assert dict(history) == {"loss": [1.0], "boxes": [0.5]}
