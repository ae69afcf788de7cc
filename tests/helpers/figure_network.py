"""What the scripts of figures with a network compute, asked for on the stage, and the same network in PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from playwright.sync_api import Page
from torch import nn

from dlcourse.figures.network import Network, decoded

ASK = """async ([modules, state, code]) => {
  const text = ["shared", "controls", ...modules].map((name) => DLCOURSE_FIGURES[name]);
  const open = `export const ask = (state) => {
    const { layers, weights, pixels, size, titles } = state;
    const network = networkOf(layers, weights);
    const images = titles.map((_, i) => imageOf(pixels, [titles.length, ...size], i));
    ${code}
  };`;
  const { ask } = await import(URL.createObjectURL(new Blob([...text, open], { type: "text/javascript" })));
  return ask(state);
}"""


def ask(page: Page, figure: Any, code: str) -> Any:
    """What `code` returns, which has the figure's `state`, its `network` and its `images`."""
    return page.evaluate(ASK, [figure.modules, {**figure.state(), "fixed": figure.fixed}, code])


def rounded(figure: Network) -> nn.Sequential:
    """The figure's network in PyTorch, in float64, with its weights as they stand in the figure."""
    numbers = iter(decoded(figure.layers, figure.weights))
    made = nn.Sequential()
    for layer in figure.layers:
        match layer["kind"]:
            case "convolution":
                new = nn.Conv2d(layer["inputs"], layer["outputs"], layer["side"], padding=layer["side"] // 2)
            case "relu":
                new = nn.ReLU()
            case "pooling":
                new = nn.MaxPool2d(layer["size"])
            case "average":
                new = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
            case "dense":
                new = nn.Linear(layer["inputs"], layer["outputs"])
        if "inputs" in layer:
            weights, biases = next(numbers)
            with torch.no_grad():
                new.weight.copy_(torch.tensor(weights))
                new.bias.copy_(torch.tensor(biases))
        made.add_module(layer["name"], new)
    return made.double().eval()


def inputs(images: np.ndarray) -> torch.Tensor:
    """Images of bytes, (N, H, W, 3), as the network takes them."""
    return torch.tensor(images).permute(0, 3, 1, 2).double() / 255


def close(found: Any, expected: Any, share: float = 1e-3) -> None:
    """Nothing differs by more than this share of the largest number."""
    expected = np.asarray(expected)
    difference = np.abs(np.asarray(found, float).reshape(expected.shape) - expected).max()
    assert difference <= share * np.abs(expected).max()
