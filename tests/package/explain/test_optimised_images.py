"""Images made by gradient ascent: their objective rises, seeds decide, and the model is left alone."""

import copy
import warnings

import numpy as np
import pytest
import torch
from torch import nn

from dlcourse import data, explain, models
from dlcourse.explain import _optimise, _parameterization
from random_networks import shaken

NAIVE = {"parameterization": "pixels", "colour": None, "jitter": 0}


@pytest.fixture(scope="module")
def model():
    return shaken(models.pytorch.pets_cnn_small(3, widths=(6, 8, 10)))


@pytest.fixture(scope="module")
def faces():
    return data.pets.faces(64, 32).images


def in_network(image):
    return torch.tensor(image.transpose(2, 0, 1)[None], dtype=torch.float32)


def answer(model, layer, image):
    """What `layer` gives for an image `(H, W, 3)`, without the package's help."""
    kept = []
    hook = dict(model.named_modules())[layer].register_forward_hook(lambda *a: kept.append(a[2].detach()))
    with torch.no_grad():
        model.eval()(in_network(image))
    hook.remove()
    return kept[0][0].numpy()


@pytest.mark.parametrize(
    "options",
    [
        NAIVE,
        {**NAIVE, "jitter": 3},
        {**NAIVE, "total_variation": 0.1},
        {**NAIVE, "blur": 0.4},
        {"colour": None},
        {},
        {"optimizer": "gradient"},
    ],
)
@pytest.mark.parametrize("layer", ["conv2", "dense"])
def test_the_activation_rises_over_its_start_and_over_every_image_of_the_data(model, faces, options, layer):
    found = explain.activation_maximization(model, layer, 1, size=32, steps=200, **options)
    assert found.image.shape == (32, 32, 3)
    assert 0 <= found.image.min() < found.image.max() <= 1
    assert found.objective.shape == (201,)
    best = max(answer(model, layer, image / 255)[1].mean() for image in faces)
    assert found.objective[-1] > max(best, found.objective[0])
    assert found.objective[-1] == pytest.approx(answer(model, layer, found.image)[1].mean(), rel=1e-4)


def test_the_naive_recipe_is_a_few_lines_of_pytorch(model):
    z = torch.tensor(np.random.default_rng(5).normal(0, 0.1, (1, 3, 20, 28)), dtype=torch.float32, requires_grad=True)
    adam = torch.optim.Adam([z], lr=0.05, maximize=True)
    upto = nn.Sequential(*list(model.eval().children())[:5])
    objectives = []
    for _ in range(6):
        value = upto(torch.sigmoid(z))[0, 2].mean()
        adam.zero_grad()
        value.backward()
        adam.step()
        objectives.append(value.item())
    found = explain.activation_maximization(model, "conv2", 2, size=(20, 28), steps=6, seed=5, **NAIVE)
    assert found.objective[:6] == pytest.approx(objectives, abs=1e-5)
    assert np.abs(found.image - torch.sigmoid(z)[0].detach().numpy().transpose(1, 2, 0)).max() < 1e-3


def test_the_centre_of_a_map_can_be_maximised_alone(model):
    found = explain.activation_maximization(model, "conv2", 1, size=(32, 40), steps=10, where="centre", jitter=0)
    assert found.objective[-1] == pytest.approx(answer(model, "conv2", found.image)[1, 8, 10], rel=1e-4)


def test_several_channels_at_once_are_those_one_by_one(model):
    both = explain.activation_maximization(model, "conv2", [4, 1], size=24, steps=5)
    assert both.image.shape == (2, 24, 24, 3)
    assert both.objective.shape == (2, 6)
    for row, channel in enumerate([4, 1]):
        alone = explain.activation_maximization(model, "conv2", channel, size=24, steps=5)
        assert np.allclose(both.objective[row], alone.objective, atol=1e-5)


def test_equal_seeds_give_equal_bits_and_others_do_not(model):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        a, b, c = (explain.activation_maximization(model, "conv2", 0, size=24, steps=9, seed=s) for s in (3, 3, 4))
    finally:
        torch.set_num_threads(threads)
    assert np.array_equal(a.image, b.image)
    assert np.array_equal(a.objective, b.objective)
    assert not np.array_equal(a.image, c.image)


def test_global_random_numbers_are_neither_used_nor_changed(model):
    torch.manual_seed(1)
    before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    explain.activation_maximization(model, "conv1", 0, size=16, steps=2)
    assert torch.equal(before[0], torch.get_rng_state())
    assert np.array_equal(before[1], np.random.get_state()[1])  # noqa: NPY002


def calls(model, image):
    yield lambda layer: explain.activation_maximization(model, layer, 1, size=32, steps=2, redirect=1)
    yield lambda layer: explain.deep_dream(model, image, layer, steps=1, octaves=1)
    yield lambda layer: explain.invert_features(model, image, layer, steps=2)


@pytest.mark.parametrize("which", range(3))
@pytest.mark.parametrize("frozen", [False, True])
def test_the_model_is_left_as_it_was_found(which, frozen, faces):
    model = models.pytorch.pets_cnn_small(3, widths=(4, 4)).train().requires_grad_(not frozen)
    model.conv2.eval()
    model.relu1.forward = model.relu1.forward  # somebody's own
    before = copy.deepcopy(model.state_dict())
    call = list(calls(model, faces[0]))[which]
    for layer in ("conv2", "dense", "nowhere"):
        with torch.no_grad():
            if layer == "nowhere":
                with pytest.raises(ValueError, match="layer must be one of"):
                    call(layer)
            else:
                call(layer)
            assert not torch.is_grad_enabled()
    assert [m.training for m in model.modules()] == [m is not model.conv2 for m in model.modules()]
    assert all(torch.equal(a, b) for a, b in zip(before.values(), model.state_dict().values(), strict=True))
    assert all(p.grad is None and p.requires_grad is not frozen for p in model.parameters())
    assert not any(m._forward_hooks for m in model.modules())
    assert [name for name, m in model.named_modules() if "forward" in m.__dict__] == ["relu1"]


def switched_off(bias):
    net = nn.Sequential(nn.Conv2d(3, 2, 3), nn.ReLU(), nn.Conv2d(2, 2, 3), nn.ReLU())
    with torch.no_grad():
        for i in (0, 2):
            net[i].weight.abs_()
            net[i].bias[:] = 0
        net[0].bias[:] = bias
    return net


def test_a_channel_that_cannot_be_reached_is_said_so_and_redirected_gradients_reach_it():
    net = switched_off(-net_at_grey(switched_off(0)) * 1.3)
    with pytest.warns(UserWarning, match=r"gradient of channel 1 of '3' is zero everywhere.*redirect=16"):
        stuck = explain.activation_maximization(net, "3", 1, size=16, steps=20)
    assert stuck.objective[-1] == 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        freed = explain.activation_maximization(net, "3", 1, size=16, steps=40, redirect=30)
    assert freed.objective[0] == 0
    assert freed.objective[-1] > 0.01


def net_at_grey(net):
    with torch.no_grad():
        return net[0](torch.full((1, 3, 16, 16), 0.5))[0].mean((1, 2))


def test_redirection_changes_nothing_where_gradients_pass(model):
    plain, redirected = (
        explain.activation_maximization(model, "conv2", 1, size=24, steps=6, redirect=r) for r in (0, 6)
    )
    assert np.array_equal(plain.image, redirected.image)


def test_a_dead_channel_is_only_warned_of(faces):
    net = switched_off(-99.0)
    with pytest.warns(UserWarning, match="channel is dead"):
        explain.activation_maximization(net, "1", [0, 1], size=16, steps=2, redirect=1)


def test_redirection_without_rectifiers_is_refused():
    with pytest.raises(ValueError, match=r"nn\.ReLU modules, and the model has none"):
        explain.activation_maximization(nn.Sequential(nn.Conv2d(3, 2, 3), nn.Tanh()), "0", 1, size=16, redirect=1)


class Wanting(nn.Module):
    """A model that prepares its images itself."""

    def __init__(self, inner, mean, std, order):
        super().__init__()
        self.inner, self.order = inner, order
        self.mean, self.std = (torch.tensor(v, dtype=torch.float32)[:, None, None] for v in (mean, std))

    def forward(self, x):
        return self.inner((x[:, self.order] - self.mean) / self.std)


@pytest.mark.parametrize(("name", "order"), [("rgb", [0, 1, 2]), ("bgr", [2, 1, 0])])
def test_what_the_model_wants_done_to_images_is_part_of_the_gradient(model, name, order):
    mean, std = [0.4, 0.5, 0.3], [0.2, 0.25, 0.3]
    options = {"size": 24, "steps": 5, "optimizer": "gradient"}
    given = explain.activation_maximization(model, "conv2", 1, mean=mean, std=std, order=name, **options)
    inside = explain.activation_maximization(Wanting(model, mean, std, order), "inner.conv2", 1, **options)
    assert np.abs(given.image - inside.image).max() < 1e-4
    assert np.abs(given.image - explain.activation_maximization(model, "conv2", 1, **options).image).max() > 1e-2


def test_an_image_can_be_the_start(model, faces):
    found = explain.activation_maximization(model, "conv2", 1, size=32, steps=1, start=faces[0], learning_rate=0)
    assert np.abs(found.image - faces[0] / 255).max() < 0.005
    assert found.objective[0] == pytest.approx(answer(model, "conv2", found.image)[1].mean(), rel=1e-4)


@pytest.mark.parametrize("kind", ["pixels", "fourier"])
def test_jitter_moves_the_image_and_takes_its_gradient_back(kind):
    """A score that depends on the place: its gradient at the moved image is moved back."""
    weights = np.random.default_rng(0).normal(size=(1, 3, 9, 12))
    painting = _parameterization.painting(kind, None, (9, 12), 1.0)
    seen, moved = [], []

    def evaluate(x, redirect):
        seen.append(x)
        return (x * weights).sum((1, 2, 3)), weights

    class Step:
        def __call__(self, gradient):
            moved.append(gradient)
            return 0.0

    rng = np.random.default_rng(2)
    z = rng.normal(size=(1, *painting.spatial.shape))
    images, _, _ = _optimise.ascend(evaluate, painting, z, steps=6, step=Step(), jitter=3, rng=np.random.default_rng(7))
    assert np.array_equal(seen[0], images)  # the first is not moved, nor is the last
    assert np.array_equal(seen[-1], images)
    moves = np.random.default_rng(7)
    for image, gradient in zip(seen[1:-1], moved[1:], strict=True):
        down, across = moves.integers(-3, 4, 2)
        assert np.array_equal(image, np.roll(images, (down, across), (2, 3)))
        assert np.allclose(gradient, painting.pull(np.roll(weights, (-down, -across), (2, 3)), images))


def test_total_variation_and_blur_make_neighbours_alike(model):
    rough = {
        name: explain.activation_maximization(model, "conv2", 1, size=32, steps=40, **NAIVE, **options).image
        for name, options in {"plain": {}, "tv": {"total_variation": 1.0}, "blur": {"blur": 0.5}}.items()
    }
    variation = {name: _optimise.variation(image.transpose(2, 0, 1)[None])[0][0] for name, image in rough.items()}
    assert variation["tv"] < 0.8 * variation["plain"]
    assert variation["blur"] < 0.8 * variation["plain"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"channel": 8}, "channel must be below 8, the channels of 'conv2'; got 8"),
        ({"channel": -1}, "channel must be at least 0"),
        ({"channel": []}, "at least one channel"),
        ({"layer": "flatten", "channel": 99}, "channel must be below 10"),
        ({"layer": "konv2"}, "did you mean 'conv2'"),
        ({"steps": 0}, "steps must be at least 1"),
        ({"size": (3, 4, 5)}, "size must be"),
        ({"parameterization": "fft"}, "parameterization must be one of 'pixels', 'fourier'"),
        ({"colour": "lab"}, "colour must be one of 'imagenet'"),
        ({"colour": np.ones((3, 3))}, "colour must be a matrix that can be inverted"),
        ({"colour": np.ones(3)}, "colour must have shape"),
        ({"optimizer": "sgd"}, "optimizer must be one of"),
        ({"where": "corner"}, "where must be one of"),
        ({"blur": 0.5}, "choose a larger decay"),
        ({"start": np.zeros((8, 8, 3))}, r"start must have the size \(16, 16\)"),
        ({"start": np.full((16, 16, 3), 2.0)}, "start must be uint8 or in 0..1"),
        ({"std": 0}, "std must be positive"),
        ({"order": "gbr"}, "order must be one of 'rgb', 'bgr'"),
        ({"mean": [1, 2]}, "mean must be a number or three"),
        ({"jitter": -1}, "jitter must be at least 0"),
    ],
)
def test_arguments_outside_their_range_are_named(model, options, message):
    given = {"layer": "conv2", "channel": 1, "size": 16, "steps": 1, **options}
    with pytest.raises(ValueError, match=message):
        explain.activation_maximization(model, given.pop("layer"), given.pop("channel"), **given)


def test_a_layer_that_gives_neither_maps_nor_units_is_refused():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(2))
    with pytest.raises(ValueError, match=r"layer must give maps .* gives \(1, 4, 196\)"):
        explain.activation_maximization(net, "1", 1, size=16)


def test_a_dream_strengthens_the_layer_at_every_size(model, faces):
    found = explain.deep_dream(model, faces[0][:28], "relu2", octaves=2, steps=6, jitter=2)
    assert found.image.shape == (28, 32, 3)
    assert 0 <= found.image.min() < found.image.max() <= 1
    assert found.objective.shape == (2, 7)
    assert (found.objective[:, -1] > found.objective[:, 0]).all()
    assert found.objective[-1, -1] == pytest.approx((answer(model, "relu2", found.image) ** 2).mean() / 2, rel=1e-4)
    assert found.objective[-1, -1] > 1.2 * (answer(model, "relu2", faces[0][:28] / 255) ** 2).mean() / 2


def test_one_step_of_a_dream_is_the_gradient_of_the_mean_square(model, faces):
    x = in_network(faces[0] / 255).requires_grad_()
    upto = nn.Sequential(*list(model.eval().children())[:7])
    (gradient,) = torch.autograd.grad((upto(x) ** 2).mean() / 2, x)
    ours = explain.deep_dream(model, faces[0], "relu2", octaves=1, steps=1, learning_rate=0.02).image
    theirs = (x + 0.02 * gradient / gradient.abs().mean()).clamp(0, 1)[0].detach().numpy().transpose(1, 2, 0)
    assert np.abs(ours - theirs).max() < 1e-5


def test_a_dream_of_one_channel(model, faces):
    found = explain.deep_dream(model, faces[0], "relu2", channel=3, octaves=1, steps=5)
    assert found.objective[0, -1] == pytest.approx(answer(model, "relu2", found.image)[3].mean(), rel=1e-4)
    with pytest.raises(ValueError, match="channel must be below 8"):
        explain.deep_dream(model, faces[0], "relu2", channel=8)


def test_a_layer_that_loses_nothing_is_inverted_to_the_image(faces):
    net = nn.Conv2d(3, 3, 1)
    with torch.no_grad():
        net.weight[:] = torch.tensor([[1.0, 0.2, 0], [0, 1, 0.3], [0.1, 0, 1]])[:, :, None, None]
    found = explain.invert_features(nn.Sequential(net), faces[0], "0", steps=300)
    assert found.objective[-1] < 0.01 < found.objective[0]
    assert np.abs(found.image - faces[0] / 255).mean() < 0.03


def test_what_a_layer_cannot_see_is_not_inverted(model, faces):
    shallow, deep = (explain.invert_features(model, faces[0], layer, steps=80) for layer in ("conv1", "conv3"))
    apart = [np.abs(found.image - faces[0] / 255).mean() for found in (shallow, deep)]
    assert apart[0] < 0.6 * apart[1]
    kept, wanted = (answer(model, "conv3", image) for image in (deep.image, faces[0] / 255))
    assert deep.objective[-1] == pytest.approx(((kept - wanted) ** 2).sum() / (wanted**2).sum(), rel=1e-3)
    with pytest.raises(ValueError, match="gives only zeros"):
        explain.invert_features(switched_off(-99.0), faces[0], "1")
