"""Bars, points, and pictures of networks: what is drawn is what was handed in."""

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from matplotlib.patches import ArrowStyle, FancyArrowPatch, Rectangle

from dlcourse import count, plot
from dlcourse.plot import _network

INK = "#1b1f24"


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_each_bar_is_as_high_as_its_number_says():
    picture = plot.bars({"2012": 16.4, "2015": 3.57}, ylabel="error", lines={"person": 5.1})
    axes = picture.axes[0]
    assert [bar.get_height() for bar in axes.patches] == [16.4, 3.57]
    assert texts(axes) == ["16.4", "3.6"]
    assert axes.lines[0].get_ydata()[0] == 5.1
    assert axes.get_ylabel() == "error"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["person"]
    assert to_hex(axes.lines[0].get_color()) not in {to_hex(bar.get_facecolor()) for bar in axes.patches}
    assert axes.texts[1].xy[1] == 5.1, "the number stands above the line that would cross it"
    assert axes.texts[0].xy[1] == 16.4


def test_names_of_groups_stay_apart_and_in_order():
    groups = {"middle": (1, 0.5), "low": (1, 0), "high": (1, 1), "near": [(0, 0.1), (1, 0.98)], "nearer": (2, 0.99)}
    axes = plot.scatter(groups).axes[0]
    places = {text.get_text(): text.get_position()[1] for text in axes.texts}
    ordered = sorted(places, key=places.get)
    assert ordered == ["low", "middle", "near", "nearer", "high"], "by where each group ends"
    colours = {text.get_text(): text.get_color() for text in axes.texts}
    assert [colours[name] for name in groups] == [
        line.get_color() for line in axes.lines if line.get_marker() != "None"
    ]
    heights = [places[name] for name in ordered]
    assert np.diff(heights).min() > 0.0899
    assert 0 <= heights[0] <= heights[-1] <= 1


def drawn(line):
    return line.get_xydata().tolist()


def test_groups_of_points_have_their_names_and_their_own_looks():
    groups = {"a": (1, 0.9), "b": np.array([[20, 0.97], [10, 0.95]])}
    axes = plot.scatter(groups, logx=True, xlabel="size", ylabel="accuracy").axes[0]
    a, b, joint = axes.lines
    assert (drawn(a), drawn(b), drawn(joint)) == ([[1, 0.9]], [[20, 0.97], [10, 0.95]], [[10, 0.95], [20, 0.97]])
    assert texts(axes) == ["a", "b"]
    assert a.get_marker() != b.get_marker()
    assert a.get_color() != b.get_color() == joint.get_color()
    assert (axes.get_xscale(), axes.get_xlabel(), axes.get_ylabel()) == ("log", "size", "accuracy")


def test_a_group_is_joined_through_the_means_or_not_at_all():
    points = [(2, 1.0), (1, 0.0), (1, 0.5), (2, 0.0)]
    assert drawn(plot.scatter({"": points}).axes[0].lines[1]) == [[1, 0.25], [2, 0.5]]
    assert [line.get_linestyle() for line in plot.scatter({"": points}, joined=False).axes[0].lines] == ["None"]


def test_each_row_of_dots_has_its_numbers_its_mean_and_its_name_the_first_on_top():
    axes = plot.dots({"plain": [0.25, 0.75, 2.0], "residual": torch.tensor([1.0])}, xlabel="accuracy").axes[0]
    plain, its_mean, residual, _ = axes.lines
    assert drawn(plain) == [[0.25, 0], [0.75, 0], [2, 0]]
    assert drawn(its_mean) == [[1, 0]]
    assert drawn(residual) == [[1, 1]]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["plain", "residual"]
    assert axes.yaxis_inverted()
    assert axes.get_xlabel() == "accuracy"


def small():
    return torch.nn.Sequential(
        torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.BatchNorm2d(8), torch.nn.ReLU()),
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(8 * 16, 10),
    )


def shapes(axes):
    return [(round(p.get_width(), 3), to_hex(p.get_facecolor())) for p in axes.patches if isinstance(p, Rectangle)]


def test_a_network_is_drawn_with_its_sizes_work_and_weights():
    picture = plot.network(count.count(small(), (3, 8, 8)), depth=1)
    volumes, macs, parameters = picture.axes
    assert [axes.get_title() for axes in (macs, parameters)] == ["MACs", "parameters"]
    assert all(axes.yaxis_inverted() for axes in picture.axes), "each runs from top to bottom"
    (legend,) = picture.legends
    named = {text.get_text(): patch for text, patch in zip(legend.get_texts(), legend.get_patches(), strict=True)}
    kinds = {name: to_hex(patch.get_facecolor()) for name, patch in named.items()}
    assert kinds == {"convolution": "#2f7fd0", "dense": "#e07b1a", "pooling": "#6b7785"}
    assert texts(volumes) == ["0", "8 × 8 × 8", "1", "8 × 4 × 4", "3", "10"]  # flattening is not drawn
    assert shapes(volumes) == [(1.0, "#2f7fd0"), (0.5, "#6b7785"), (0.03, "#e07b1a")]
    assert [bar.get_width() for bar in macs.patches] == [3 * 9 * 8 * 64, 0, 1280]
    assert [bar.get_width() for bar in parameters.patches] == [3 * 9 * 8 + 8 + 16, 0, 1290]
    assert texts(macs) == ["13.8 k", "", "1.28 k"]


def test_large_numbers_have_three_digits():
    written = [_network._short(number) for number in (999, 1000, 12_345, 138_000, 2_000_000, 4_090_000_000)]
    assert written == ["999", "1.00 k", "12.3 k", "138 k", "2.00 M", "4.09 G"]


def test_without_joining_each_layer_is_a_row():
    volumes = plot.network(count.count(small(), (3, 8, 8))).axes[0]
    assert texts(volumes)[::2] == ["0.0", "1", "3"]


def test_a_keras_network_has_its_channels_last():
    import keras

    model = keras.Sequential([keras.layers.Input((8, 6, 3)), keras.layers.Conv2D(4, 3, name="conv")])
    assert texts(plot.network(count.count(model, (8, 6, 3))).axes[0]) == ["conv", "4 × 6 × 4"]


def arrows(axes):
    return [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]


def ends(arrow):
    """Start and end of an arrow, in the units of its panel."""
    return np.round(arrow._posA_posB, 3).tolist()


def heads(arrow):
    """Where an arrow has its heads."""
    style = ArrowStyle.get_styles()
    where = {style["-|>"]: "at its end", style["<|-"]: "at its start", style["<|-|>"]: "at both ends"}
    return where[type(arrow.get_arrowstyle())]


def test_an_unrolled_layer_hands_its_state_on_with_the_same_weights_at_each_step():
    axes = plot.unrolled(3).axes[0]
    assert len(shapes(axes)) == 4  # the loop, and three steps
    written = texts(axes)
    assert [f"$h_{t}$" in written and f"$x_{t}$" in written for t in "t123"] == [True] * 4
    assert written.count("$W$") == written.count("$U$") == 4
    boxes = [patch.get_bbox() for patch in axes.patches if isinstance(patch, Rectangle)]
    assert sum(ends(a)[0] == [round(b.x1, 3), 1] for a in arrows(axes) for b in boxes[1:]) == 3
    assert {heads(arrow) for arrow in arrows(axes)} == {"at its end"}


def test_a_decoder_reads_what_it_has_written_after_a_sign_to_begin():
    axes = plot.encoder_decoder("4.9.", "198").axes[0]
    rows = {y: [t.get_text() for t in axes.texts if t.get_position()[1] == y and t.get_text()] for y in (0, 2)}
    assert rows == {0: [*"4.9.", "<", "1", "9"], 2: ["1", "9", "8"]}
    assert {color for _, color in shapes(axes)} == {to_hex("white")}
    assert [heads(arrow) for arrow in arrows(axes)].count("at both ends") == 3, "the encoder reads in both directions"
    sides = {text.get_text(): text for text in axes.texts if text.get_text().endswith("coder")}
    assert [(t, sides[t].get_position()[0]) for t in sides] == [("encoder", 1.5), ("decoder", pytest.approx(5.9))]
    assert sides["encoder"].get_color() == plot.COLORS[0] != sides["decoder"].get_color() == plot.COLORS[1]
    assert [round(a.get_linewidth(), 1) for a in arrows(axes)].count(3) == 1  # all goes through one state


def test_with_attention_each_state_of_the_encoder_is_looked_at():
    plain = plot.encoder_decoder("4.9.", "198").axes[0]
    looking = plot.encoder_decoder("4.9.", "198", attention=True).axes[0]
    added = [a for a in arrows(looking) if to_hex(a.get_edgecolor()) != INK]
    assert len(added) == len(arrows(looking)) - len(arrows(plain)) == 4 + 2  # and the query, and what is found
    assert [ends(a)[0][0] for a in added[:4]] == [0, 1, 2, 3]
    assert [texts(axes).count("weighted sum") for axes in (plain, looking)] == [0, 1]


@pytest.mark.parametrize(
    ("call", "error", "say"),
    [
        (lambda: plot.bars({}), ValueError, "values must be a dict"),
        (lambda: plot.bars({"a": float("nan")}), ValueError, "values"),
        (lambda: plot.bars({"a": -1}), ValueError, "values"),
        (lambda: plot.bars({"a": 1}, lines={"b": "c"}), TypeError, "lines"),
        (lambda: plot.scatter({"a": (1, 2, 3)}), ValueError, "groups"),
        (lambda: plot.scatter({"a": (1, np.inf)}), ValueError, "finite"),
        (lambda: plot.scatter({str(i): (i, i) for i in range(8)}), ValueError, "7 at most"),
        (lambda: plot.scatter([]), ValueError, "groups must be a dict"),
        (lambda: plot.dots({"a": []}), ValueError, "one at least"),
        (lambda: plot.dots({"a": [[1, 2]]}), ValueError, r"groups\['a'\]"),
        (lambda: plot.unrolled(1), ValueError, "steps"),
        (lambda: plot.encoder_decoder("", "1"), ValueError, "1 symbol each"),
        (lambda: plot.encoder_decoder("123456789", "12345678"), ValueError, "16 at most"),
        (lambda: plot.network(3), TypeError, "count must be"),
        (lambda: plot.network(count.count(torch.nn.ReLU(), (3,))), ValueError, "0 blocks"),
        (lambda: plot.network(count.count(small(), (3, 8, 8)), depth=0), ValueError, "depth"),
    ],
)
def test_bad_input_is_named(call, error, say):
    with pytest.raises(error, match=say):
        call()
