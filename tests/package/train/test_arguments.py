"""What is wrong is said before any training: the argument, what came, and what to do."""

import keras
import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from dlcourse import train
from training import Again

X, Y = np.random.default_rng(0).normal(size=(12, 4)).astype(np.float32), np.arange(12) % 3


def torch_model():
    return nn.Linear(4, 3)


def keras_model():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])


BOTH = pytest.mark.parametrize("make", [torch_model, keras_model])


def fit(model, *data, **options):
    return train.fit(model, *(data or ((X, Y),)), **{"epochs": 1, "progress": False} | options)


@BOTH
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, r"epochs must be at least 1, got 0"),
        ({"epochs": 1.5}, r"epochs must be a whole number, got float 1.5"),
        ({"batch_size": 0}, r"batch_size must be at least 1"),
        ({"learning_rate": -1}, r"learning_rate must be a finite number between 0"),
        ({"learning_rate": float("nan")}, r"learning_rate must be a finite number"),
        ({"precision": "half"}, r"precision must be one of 'auto', 'float32', 'bfloat16'; got str 'half'"),
        ({"precision": "bfloat16"}, r"precision=.bfloat16.* leave it at .auto"),
        ({"progress": 1}, r"progress must be True or False"),
        ({"seed": -1}, r"seed must be between 0"),
        ({"schedule": 0.1}, r"schedule must be a function, got float 0.1"),
        ({"schedule": lambda progress: -1.0}, r"schedule\(0\) must be a finite number between 0"),
        ({"augment": "flip"}, r"augment must be a function"),
        ({"patience": 2}, r"patience needs validation data"),
        ({"patience": 0}, r"patience must be at least 1, got 0"),
        ({"clip": -1.0}, r"clip must be a finite number between 0"),
        ({"clip": 0.0}, r"clip must be greater than 0"),
        ({"optimizer": "no such"}, r"optimizer must be"),
        ({"device": "abacus"}, r"device must be"),
    ],
)
def test_a_wrong_setting(make, options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        fit(make(), **options)


WRONG = [
    ((X[:0], Y[:0]), r"NAME's inputs must hold one sample at least, got an array of shape \(0, 4\)"),
    ((X, Y[:5]), r"NAME has 12 inputs, but 5 targets: one is needed for each"),
    ((X[:, :2], Y), r"the model cannot take NAME's inputs"),
    ((X, Y + 1), r"NAME's labels go from 1 to 3, but the model has scores for 3 classes, 0 to 2"),
    ((X, Y - 1), r"NAME's labels go from -1 to 1"),
    ((X, [str(y) for y in Y]), r"NAME's targets must hold numbers"),
    ((np.where(X > 1, np.nan, X), Y), r"NAME's inputs hold NaN or infinity"),
    ((X,), r"NAME must be a pair \(inputs, targets\) or a loader"),
    (iter([(X, Y)]), r"NAME must be a pair .* that has a length and can be run through again"),
    (((X, X[:5]), Y), r"NAME's inputs\[1\] has 5 samples, but NAME's inputs\[0\] has 12"),
    (((), Y), r"NAME's inputs must hold an array"),
    ((3.0, Y), r"NAME's inputs must hold one sample at least"),
    (Again([]), r"NAME must hold one batch at least"),
    (Again([X]), r"NAME must give batches \(inputs, targets\)"),
]


@BOTH
@pytest.mark.parametrize(("data", "message"), WRONG)
def test_wrong_data(make, data, message):
    for name, sets in (("train", (data,)), ("valid", ((X, Y), data))):
        with pytest.raises((ValueError, TypeError), match=message.replace("NAME", name)):
            fit(make(), *sets)
    with pytest.raises((ValueError, TypeError), match=message.replace("NAME", "data")):
        train.evaluate(make(), data)


@BOTH
@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (X[:, :2], r"train's targets .* must have the shape of the model's outputs"),
        (Y.astype(float), r"labels of classes must be whole numbers"),
        (np.eye(3, dtype=int)[Y], r"the model must give a score for each class"),
    ],
)
def test_targets_that_do_not_go_with_the_outputs(make, targets, message):
    with pytest.raises(ValueError, match=message):
        fit(make(), (X, targets))


@BOTH
def test_validation_data_of_another_kind(make):
    with pytest.raises(ValueError, match=r"train's targets are whole numbers, but valid's are floating-point numbers"):
        fit(make(), (X, Y), (X, np.eye(3)[Y]))


@pytest.mark.parametrize("layer", [nn.Softmax(1), nn.LogSoftmax(1), keras.layers.Softmax(), "activation"])
def test_a_model_that_ends_in_softmax(layer):
    if isinstance(layer, nn.Module):
        model = nn.Sequential(nn.Linear(4, 3), layer)
    elif layer == "activation":
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax")])
    else:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), layer])
    with pytest.raises(ValueError, match="model ends in softmax, which cross-entropy applies by itself"):
        fit(model)


@BOTH
@pytest.mark.parametrize("when", ["train", "valid"])
def test_a_loss_that_is_no_number_names_the_epoch_and_what_to_try(make, when):
    part = 1000 * X, Y  # so that no first weights keep the second pass finite
    data, size = ((part,), 4) if when == "train" else ((part, part), 12)  # one step, after which it is lost
    with pytest.raises(FloatingPointError, match=r"the loss .*(nan|inf).* lower learning rate"):
        fit(make(), *data, batch_size=size, learning_rate=3e37)


@BOTH
def test_a_loss_that_cannot_take_the_targets(make):
    loss = functional.mse_loss if make is torch_model else keras.losses.CategoricalCrossentropy()
    with pytest.raises(ValueError, match=r"the loss cannot compare train's targets"):
        fit(make(), (X, X[:, :2]), loss=loss)


def test_a_loss_that_gives_many_numbers():
    with pytest.raises(ValueError, match=r"loss must give one number, the mean over a batch, but it gave shape \(2,\)"):
        fit(nn.Linear(4, 3), loss=nn.CrossEntropyLoss(reduction="none"))


def test_what_is_no_model():
    for work in (train.fit, train.evaluate, train.predict):
        options = {"epochs": 1} if work is train.fit else {}
        with pytest.raises(TypeError, match="model must be a PyTorch module or a Keras model, got str 'resnet'"):
            work("resnet", (X, Y), **options)


def test_pictures_as_bytes():
    images = np.zeros((12, 3, 8, 8), np.uint8)
    model = nn.Sequential(nn.Conv2d(3, 2, 3), nn.Flatten(), nn.Linear(72, 3))
    with pytest.raises(ValueError, match=r"shape \(2, 3, 8, 8\), uint8.* images / 255"):
        fit(model, (images, Y))


@pytest.mark.parametrize(
    ("optimizer", "message"),
    [
        (
            lambda p: None,
            "optimizer must be an optimizer of PyTorch, or a function .* from the parameters, got NoneType None",
        ),
        (torch.optim.LBFGS, "LBFGS asks for the loss several times a step"),
        (lambda p: torch.optim.SGD(nn.Linear(2, 2).parameters()), "optimizer has no parameter of this model"),
    ],
)
def test_a_wrong_optimizer_of_pytorch(optimizer, message):
    with pytest.raises((ValueError, TypeError), match=message):
        fit(nn.Linear(4, 3), optimizer=optimizer)


def test_a_model_without_anything_to_train():
    with pytest.raises(ValueError, match="model has nothing to train"):
        fit(nn.Linear(4, 3).requires_grad_(False))


@pytest.mark.parametrize("changed", [None, torch.zeros(2, 4), torch.zeros(())])
def test_an_augmentation_that_loses_samples(changed):
    with pytest.raises(ValueError, match="augment must give a tensor with a row for each of the 12 inputs"):
        fit(nn.Linear(4, 3), augment=lambda inputs: changed)


def test_a_last_batch_too_small_for_batch_normalisation():
    model = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3))
    with pytest.raises(ValueError, match="BatchNorm cannot normalise a batch of 1 sample: choose another batch_size"):
        fit(model, batch_size=11)


def test_a_batch_of_a_loader_that_does_not_fit_together():
    with pytest.raises(ValueError, match=r"train: a batch has inputs and targets of lengths \[12, 5\]"):
        fit(nn.Linear(4, 3), Again([(X, Y[:5])]))


def test_a_model_of_several_outputs_needs_a_loss_of_its_own():
    class Two(nn.Module):
        def forward(self, x):
            return x, x

    with pytest.raises(TypeError, match="where no loss is named, outputs and targets must be one tensor each"):
        train.evaluate(Two(), (X, Y))
    assert "loss" in train.evaluate(Two(), (X, X), loss=lambda outputs, targets: (outputs[0] - targets).abs().mean())


@BOTH
def test_inputs_that_the_model_cannot_predict(make):
    with pytest.raises(ValueError, match="the model cannot take the inputs"):
        train.predict(make(), X[:, :2])


@pytest.mark.parametrize("forward", [lambda x: x.mean(0, keepdim=True), lambda x: (x, x[None]), lambda x: None])
def test_outputs_that_are_not_a_row_for_each_input(forward):
    model = nn.Identity()
    model.forward = forward
    with pytest.raises(TypeError, match="the model must give tensors with a row for each of 2 inputs, but it gave"):
        train.predict(model, X)


def test_an_error_of_the_model_itself_is_not_hidden():
    class Fails(nn.Linear):
        def forward(self, x):
            if self.training:
                raise ValueError("the reader's own")
            return super().forward(x)

    with pytest.raises(ValueError, match="the reader's own"):
        fit(Fails(4, 3))


def test_a_model_on_two_devices():
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 3, device="meta"))
    with pytest.raises(ValueError, match="model must be on one device, but its tensors are on cpu, meta"):
        fit(model)


def test_keras_models_take_augmentation_devices_and_precision_in_other_ways():
    with pytest.raises(ValueError, match="a Keras model takes augmentation layers"):
        fit(keras_model(), augment=lambda inputs: inputs)
    with pytest.raises(ValueError, match="device must be 'auto' for a Keras model"):
        fit(keras_model(), device="cpu")


@pytest.mark.parametrize("wrapped", [False, True])  # as under mixed precision
def test_two_schedules_for_one_keras_optimizer(wrapped):
    rate = keras.optimizers.schedules.CosineDecay(0.1, 10)
    optimizer = keras.optimizers.SGD(rate)
    optimizer = keras.optimizers.LossScaleOptimizer(optimizer) if wrapped else optimizer
    with pytest.raises(ValueError, match="follows a schedule of Keras already"):
        fit(keras_model(), optimizer=optimizer, schedule=train.cosine)
    fit(keras_model(), optimizer=keras.optimizers.SGD(rate))
