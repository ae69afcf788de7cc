"""`count` of PyTorch models that multiply between their layers, or hold weights that no matrix product uses."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import parametrizations
from torch.utils.flop_counter import FlopCounterMode

from dlcourse import count, plot
from dlcourse.count import _pytorch

T, D, HEADS = 6, 8, 2
LINEAR = T * D * D
ATTENTION = 2 * T * T * D  # each query with each key, and each score with a value, all heads together


def rows(found, kind="functions"):
    return [(row.name, row.macs) for row in found.layers if row.kind == kind]


class Attention(nn.Module):
    """Self-attention whose two products are computed by `product`."""

    def __init__(self, product):
        super().__init__()
        self.product = product
        self.qkv, self.out = nn.Linear(D, 3 * D), nn.Linear(D, D)

    def forward(self, x):
        q, k, v = self.qkv(x).view(-1, T, 3, HEADS, D // HEADS).permute(2, 0, 3, 1, 4)
        return self.out(self.product(q, k, v).transpose(1, 2).reshape(-1, T, D))


def by_operator(q, k, v):
    return (q @ k.transpose(-2, -1)).softmax(-1) @ v


def by_einsum(q, k, v):
    return torch.einsum("bhij,bhjd->bhid", torch.einsum("bhid,bhjd->bhij", q, k).softmax(-1), v)


def grouped(q, k, v):
    """One head of keys and values for both heads of queries: saves memory, and no product."""
    return functional.scaled_dot_product_attention(q, k[:, :1], v[:, :1], enable_gqa=True)


def causal(q, k, v):
    return functional.scaled_dot_product_attention(q, k, v, is_causal=True)


PRODUCTS = [by_operator, by_einsum, functional.scaled_dot_product_attention, grouped, causal]


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.__name__)
def test_attention_by_functions_costs_as_much_as_pytorchs_layer(product):
    found = count.count(nn.Sequential(Attention(product)), (T, D))
    assert rows(found, "Linear") == [("0.qkv", 3 * LINEAR), ("0.out", LINEAR)]
    assert rows(found) == [("0", ATTENTION)]

    class Layer(nn.MultiheadAttention):
        def forward(self, x):
            return super().forward(x, x, x)[0]

    assert found.macs == count.count(Layer(D, HEADS, batch_first=True), (T, D)).macs == 4 * LINEAR + ATTENTION


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_attention_costs_the_same_on_every_device(device):
    model = Attention(functional.scaled_dot_product_attention).to(device)
    assert count.count(model, (T, D)).macs == 4 * LINEAR + ATTENTION


def test_a_fused_attention_costs_its_scores_by_the_width_of_the_keys_and_their_use_by_that_of_the_values():
    shapes = (1, HEADS, T, 4), (1, HEADS, 7, 4), (1, HEADS, 7, 3)
    assert _pytorch._attention_flops(*shapes) == 2 * HEADS * T * 7 * (4 + 3)


def test_a_row_of_functions_has_a_shape_but_no_weights_and_no_memory():
    found = count.count(nn.Sequential(Attention(by_operator)), (T, D))
    assert found.layers[-1] == count.Layer("0", "functions", (T, D), 0, ATTENTION, 0)
    assert found.activations == 4 * (T * 3 * D + T * D)
    assert plot.network(found, depth=1) is not None


class Patches(nn.Module):
    """The start of a vision transformer: a class token and a position embedding."""

    def __init__(self):
        super().__init__()
        self.cut = nn.Conv2d(3, D, 4, stride=4)
        self.token = nn.Parameter(torch.zeros(1, 1, D))
        self.places = nn.Parameter(torch.zeros(1, 5, D))

    def forward(self, x):
        x = self.cut(x).flatten(2).transpose(1, 2)
        return torch.cat([self.token.expand(len(x), -1, -1), x], 1) + self.places


class Scale(nn.Module):
    """ConvNeXt's layer scale: one learned factor for each channel."""

    def __init__(self):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(3, 1, 1))
        self.conv = nn.Conv2d(3, 3, 7, padding=3, groups=3)

    def forward(self, x):
        return x + self.gamma * self.conv(x)


class Biased(nn.Module):
    """Swin's relative position bias: a table, looked up by distance, is added to the scores."""

    def __init__(self):
        super().__init__()
        self.table = nn.Parameter(torch.zeros(2 * T - 1, HEADS))
        self.register_buffer("distance", torch.arange(T)[:, None] - torch.arange(T) + T - 1)

    def forward(self, x):
        heads = x.view(-1, T, HEADS, D // HEADS).transpose(1, 2)
        scores = heads @ heads.transpose(-2, -1) + self.table[self.distance].permute(2, 0, 1)
        return scores.softmax(-1) @ heads


@pytest.mark.parametrize(
    ("model", "shape", "parameters", "macs"),
    [
        (Patches(), (3, 8, 8), 3 * 16 * D + D + D + 5 * D, 4 * 3 * 16 * D),
        (Scale(), (3, 8, 8), 3 + 3 * 49 + 3, 64 * 3 * 49),
        (Biased(), (T, D), (2 * T - 1) * HEADS, ATTENTION),
    ],
)
def test_weights_that_are_only_added_or_scale_are_parameters_without_macs(model, shape, parameters, macs):
    found = count.count(model, shape)
    assert (found.parameters, found.macs) == (parameters, macs)
    assert found.layers[-1].kind == type(model).__name__  # it has weights of its own, so it is a layer


class Windows(nn.Module):
    """Looks at four windows of an image as if they were a batch, as Swin does."""

    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(3, D)

    def forward(self, x):
        return self.dense(x.reshape(4, -1, 3)).reshape(1, -1, D)


def test_windows_that_are_hidden_in_the_batch_axis_cost_work_and_memory():
    found = count.count(Windows(), (T * 4, 3))
    assert (found.macs, found.activations) == (4 * T * 3 * D, 4 * 4 * T * D)


class By(nn.Module):
    """One function of the input and of weights of the module's own."""

    def __init__(self, function, *shapes, learned=True):
        super().__init__()
        self.function = function
        for i, shape in enumerate(shapes):
            weight = torch.ones(shape)
            self.register_parameter(f"w{i}", nn.Parameter(weight)) if learned else self.register_buffer(f"w{i}", weight)
        self.names = [f"w{i}" for i in range(len(shapes))]

    def forward(self, x):
        return self.function(x, *(getattr(self, name) for name in self.names))


@pytest.mark.parametrize(
    ("model", "shape", "macs"),
    [
        (By(lambda x, w: x @ w, (D, 3)), (T, D), T * D * 3),
        (By(lambda x, w: functional.linear(x, w), (3, D)), (T, D), T * D * 3),
        (By(lambda x, w: functional.conv2d(x, w), (1, 1, 3, 3), learned=False), (1, 8, 8), 36 * 9),
        (By(lambda x, w: torch.einsum("btd,de->bte", x, w), (D, 3)), (T, D), T * D * 3),
        (By(lambda x, w: torch.tanh(x) @ w, (D,)), (T, D), T * D),
        (By(lambda x, w: w @ x[0], (3, D)), (D,), 3 * D),
        (By(lambda x, w, b: torch.addmv(b, w, x[0]), (3, D), (3,)), (D,), 3 * D),
        (By(lambda x, w: torch.dot(x[0], w)[None], (D,)), (D,), D),
        (By(lambda x, a, b: x @ a @ b, (D, 2), (2, D)), (T, D), 2 * T * D * 2),
    ],
)
def test_a_weight_that_a_function_multiplies_costs_what_the_product_costs(model, shape, macs):
    found = count.count(nn.Sequential(nn.ReLU(), model), shape)
    assert [row.macs for row in found.layers] == [0, macs]
    assert found.parameters == sum(weight.numel() for weight in model.parameters())


@pytest.mark.parametrize(
    "function",
    [
        lambda x, w: x * w[0],
        lambda x, w: (x[..., None, :] * w).sum(-1),  # a dense layer, written by hand
        lambda x, w: -(x[..., None, :] - w).square().sum(-1),
    ],
)
def test_products_number_by_number_count_nothing_even_where_they_are_summed_afterwards(function):
    found = count.count(By(function, (3, D)), (T, D))
    assert (found.parameters, found.macs) == (3 * D, 0)


class Tied(nn.Module):
    """A language model that scores every word with the table that it looks words up in."""

    def __init__(self):
        super().__init__()
        self.words, self.mix = nn.Embedding(50, D), nn.Linear(D, D)

    def forward(self, x):
        return self.mix(self.words(x)) @ self.words.weight.T


def test_a_table_that_is_looked_up_and_multiplied_costs_its_product():
    found = count.count(Tied(), (T,))
    assert (found.parameters, found.macs) == (50 * D + D * D + D, LINEAR + T * D * 50)
    assert rows(found) == [("tied", T * D * 50)]


class LowRank(nn.Linear):
    """A layer of PyTorch's with another product of its own, as in LoRA."""

    def __init__(self):
        super().__init__(D, D)
        self.a, self.b = nn.Parameter(torch.ones(D, 1)), nn.Parameter(torch.ones(1, D))

    def forward(self, x):
        return super().forward(x) + x @ self.a @ self.b


class Enlarged(nn.Conv2d):
    """Its output is larger than the map that was multiplied."""

    def forward(self, x):
        return functional.interpolate(super().forward(x), scale_factor=2)


def test_a_subclass_costs_what_it_does_and_not_what_its_class_would():
    assert count.count(LowRank(), (T, D)).macs == LINEAR + 2 * T * D
    assert count.count(Enlarged(1, 1, 3), (1, 8, 8)).macs == 36 * 9


class Twice(nn.Module):
    """Calls its layer two times, and multiplies in between."""

    def __init__(self):
        super().__init__()
        self.inner = Attention(by_operator)

    def forward(self, x):
        x = self.inner(x)
        return self.inner(x @ x.transpose(-2, -1) @ x)


def test_each_use_is_counted_where_it_happens():
    found = count.count(Twice(), (T, D))
    assert rows(found) == [("inner", ATTENTION), ("inner", ATTENTION), ("twice", 2 * T * T * D)]
    assert found.macs == 2 * (4 * LINEAR + ATTENTION) + 2 * T * T * D


class Fails(nn.Module):
    def forward(self, x):
        raise NotImplementedError(x @ x.transpose(-2, -1))


class Tries(nn.Module):
    """Goes on where a layer of its own has failed."""

    def __init__(self):
        super().__init__()
        self.fails, self.dense = Fails(), nn.Linear(D, D)

    def forward(self, x):
        try:
            return self.fails(x)
        except NotImplementedError:
            return self.dense(x)


def test_a_layer_that_failed_leaves_its_products_to_the_module_that_called_it():
    found = count.count(nn.Sequential(Tries(), nn.Linear(D, D)), (T, D))
    assert [(row.name, row.macs) for row in found.layers] == [("0.dense", LINEAR), ("0", T * T * D), ("1", LINEAR)]


class Pass(nn.Module):
    """Hands a weight of its own to a layer, as CaiT does with its class token."""

    def __init__(self):
        super().__init__()
        self.token, self.dense = nn.Parameter(torch.zeros(1, D)), nn.Linear(D, D)

    def forward(self, x):
        return x + self.dense(self.token)


MODELS = [(Twice(), (T, D)), (Tied(), (T,)), (LowRank(), (T, D)), (Patches(), (3, 8, 8)), (Pass(), (D,))]


@pytest.mark.parametrize(("model", "shape"), MODELS, ids=lambda value: type(value).__name__)
def test_the_sum_of_the_rows_is_what_pytorch_counts_for_the_whole_model(model, shape):
    found = count.count(model, shape)
    x = torch.zeros(1, *shape, dtype=torch.long if isinstance(model, Tied) else torch.float32)
    with FlopCounterMode(display=False) as counter:
        model(x)
    assert found.macs == sum(row.macs for row in found.layers) == counter.get_total_flops() // 2 > 0


class Says(By):
    """Counts as one what PyTorch sees as many."""

    def count_macs(self, inputs, outputs):
        return 1


def test_a_layers_own_word_is_final():
    assert count.count(nn.Sequential(Says(lambda x, w: x @ w, (D, 3))), (T, D)).macs == 1


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_the_formula_of_recurrent_layers_is_what_pytorch_counts_where_nothing_is_fused(kind):
    layer = kind(3, 5, num_layers=2, bidirectional=True, batch_first=True)
    with torch.backends.mkldnn.flags(enabled=False), FlopCounterMode(display=False) as counter, torch.no_grad():
        layer(torch.zeros(1, 7, 3))
    assert count.count(layer, (7, 3)).macs == counter.get_total_flops() // 2 > 0


def test_attention_with_added_keys_costs_the_added_scores():
    class Layer(nn.MultiheadAttention):
        def forward(self, x):
            return super().forward(x, x, x)[0]

    plain, added = Layer(D, HEADS, batch_first=True), Layer(D, HEADS, batch_first=True, add_bias_kv=True)
    assert count.count(added, (T, D)).macs - count.count(plain, (T, D)).macs == 2 * T * D


def test_a_normalised_weight_belongs_to_its_layer():
    plain, normed = nn.Conv1d(3, 4, 3), parametrizations.weight_norm(nn.Conv1d(3, 4, 3))
    there, here = count.count(plain, (3, 9)), count.count(nn.Sequential(normed), (3, 9))
    assert [(row.name, row.macs, row.activations) for row in here.layers] == [("0", there.macs, there.activations)]
    assert here.parameters == here.layers[0].parameters == there.parameters + 4  # a length for each filter


CONVOLUTIONS = [
    (nn.Conv1d(4, 6, 3, stride=2, groups=2), (4, 9)),
    (nn.Conv2d(4, 6, (3, 2), padding=1, dilation=2), (4, 9, 8)),
    (nn.Conv3d(2, 3, 3), (2, 5, 6, 7)),
]


@pytest.mark.parametrize(("layer", "shape"), CONVOLUTIONS, ids=lambda value: type(value).__name__)
def test_a_convolution_multiplies_its_kernel_at_every_place_of_its_output(layer, shape):
    found = count.count(layer, shape)
    places = math.prod(layer(torch.zeros(1, *shape)).shape[2:])
    assert found.macs == places * layer.weight.numel()


def test_a_transposed_convolution_multiplies_its_kernel_at_every_place_of_its_input():
    layer = nn.ConvTranspose2d(4, 6, 3, stride=2, groups=2)
    assert count.count(layer, (4, 9, 8)).macs == 9 * 8 * layer.weight.numel()
