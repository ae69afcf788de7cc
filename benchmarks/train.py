"""What `train.fit` costs beside a loop written by hand, Keras' own `fit`, and Lightning's Trainer.

    python -m benchmarks.train

One small convolution network on 4,000 handwritten digits, one thread; everybody in turn, several times, and medians of
seconds and of ratios. Compare the numbers of one run only. Lightning takes part where it is installed; this book does
not need it. No bars.
"""

from __future__ import annotations

import os

os.environ |= {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "TQDM_DISABLE": "1", "CUDA_VISIBLE_DEVICES": ""}

import logging
import statistics
import sys
import time
import warnings
from collections.abc import Callable

import keras
import numpy as np
import torch
from torch import nn

import dlcourse  # noqa: F401 - before the frameworks
from dlcourse import data, train

EPOCHS, BATCH, REPEATS = 2, 32, 11


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Images (N, 1, 28, 28) and labels."""
    found = data.digits(size=28)
    return (found.images[:4000, None] / 255).astype(np.float32), found.labels[:4000].astype(np.int64)


IMAGES, LABELS = digits()


def network() -> nn.Module:
    """The small CNN of PyTorch."""
    torch.manual_seed(0)
    first = nn.Conv2d(1, 16, 3), nn.ReLU(), nn.MaxPool2d(2)
    second = nn.Conv2d(16, 32, 3), nn.ReLU(), nn.MaxPool2d(2)
    return nn.Sequential(*first, *second, nn.Flatten(), nn.Linear(800, 10))


def keras_network() -> keras.Model:
    """The same of Keras."""
    layers = keras.layers
    first = [layers.Conv2D(16, 3, activation="relu"), layers.MaxPool2D()]
    second = [layers.Conv2D(32, 3, activation="relu"), layers.MaxPool2D()]
    return keras.Sequential([keras.Input((28, 28, 1)), *first, *second, layers.Flatten(), layers.Dense(10)])


def by_hand(model: nn.Module, last: bool = True) -> None:
    """The loop of the book's chapter on training, with the averages that `fit` records."""
    images, labels = torch.from_numpy(IMAGES), torch.from_numpy(LABELS)
    if last:
        images = images.permute(0, 2, 3, 1).contiguous()
        model = model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    rng = np.random.default_rng(0)
    model.train()
    for _ in range(EPOCHS):
        order = torch.from_numpy(rng.permutation(len(images)))
        total, right = 0.0, 0.0
        for rows in order.split(BATCH):
            batch, targets = images[rows], labels[rows]
            if last:
                batch = batch.permute(0, 3, 1, 2)
            optimizer.zero_grad()
            outputs = model(batch)
            loss = nn.functional.cross_entropy(outputs, targets)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
            right += (outputs.argmax(1) == targets).sum().item()


def by_dlcourse(model: nn.Module | keras.Model) -> None:
    """The book's `fit`."""
    images = IMAGES if isinstance(model, nn.Module) else IMAGES.transpose(0, 2, 3, 1)
    train.fit(model, (images, LABELS), epochs=EPOCHS, batch_size=BATCH, device="auto")


def by_keras(model: keras.Model) -> None:
    """Keras' own `fit`."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss, metrics=["accuracy"])
    model.fit(IMAGES.transpose(0, 2, 3, 1), LABELS, batch_size=BATCH, epochs=EPOCHS, verbose=0)


def lightning_trainer() -> Callable[[nn.Module], None] | None:
    """Lightning's Trainer without logger, checkpoints and bar, on a DataLoader; None where it is not installed."""
    try:
        import lightning
    except ImportError:
        return None
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning")

    class Module(lightning.LightningModule):
        def __init__(self, model: nn.Module) -> None:
            super().__init__()
            self.model = model

        def training_step(self, batch: list[torch.Tensor], number: int) -> torch.Tensor:
            outputs = self.model(batch[0])
            loss = nn.functional.cross_entropy(outputs, batch[1])
            self.log("loss", loss, on_step=False, on_epoch=True)
            self.log("accuracy", (outputs.argmax(1) == batch[1]).float().mean(), on_step=False, on_epoch=True)
            return loss

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.Adam(self.parameters(), 1e-3)

    def run(model: nn.Module) -> None:
        pairs = torch.utils.data.TensorDataset(torch.from_numpy(IMAGES), torch.from_numpy(LABELS))
        loader = torch.utils.data.DataLoader(pairs, BATCH, shuffle=True)
        quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
        trainer = lightning.Trainer(max_epochs=EPOCHS, accelerator="cpu", enable_model_summary=False, **quiet)
        trainer.fit(Module(model), loader)

    return run


Times = dict[str, list[tuple[float, float]]]


def measure(contestants: dict[str, Callable[[], None]]) -> Times:
    """Process time and wall time of each repeat, in seconds an epoch; everybody is first equally often."""
    times: Times = {name: [] for name in contestants}
    names = list(contestants)
    for repeat in range(REPEATS + 1):  # the first one warms up
        for name in names if repeat % 2 else reversed(names):
            process, wall = time.process_time(), time.perf_counter()
            contestants[name]()
            if repeat:
                spent = time.process_time() - process, time.perf_counter() - wall
                times[name].append((spent[0] / EPOCHS, spent[1] / EPOCHS))
    return times


def report(title: str, times: Times) -> None:
    """Medians, and the median over the repeats of how many times those of the first."""
    print(f"{title:34s} process time   ratio     wall time   ratio")
    first = next(iter(times.values()))
    for name, own in times.items():
        row = f"  {name:32s}"
        for i in (0, 1):
            ratio = statistics.median(a[i] / b[i] for a, b in zip(own, first, strict=True))
            row += f"{statistics.median(t[i] for t in own):10.3f} s {ratio:7.3f}  "
        print(row)


def main() -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    lightning = lightning_trainer()
    contestants: dict[str, Callable[[], None]] = {
        "loop by hand, channels last": lambda: by_hand(network()),
        "dlcourse.train.fit": lambda: by_dlcourse(network()),
        "loop by hand, channels first": lambda: by_hand(network(), last=False),
    }
    if lightning is not None:
        contestants["Lightning's Trainer"] = lambda: lightning(network())
    report("PyTorch, seconds an epoch", measure(contestants))
    if lightning is None:
        print("  (Lightning is not installed, so it is not measured)")
    model = keras_network()
    keras_contestants = {"Keras' fit": lambda: by_keras(model), "dlcourse.train.fit": lambda: by_dlcourse(model)}
    report("Keras, seconds an epoch", measure(keras_contestants))
    print(f"{sys.platform}, PyTorch {torch.__version__}, Keras {keras.__version__}, one thread, {REPEATS} repeats")


if __name__ == "__main__":
    main()
