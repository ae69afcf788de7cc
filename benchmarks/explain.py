"""Time of each attribution method of `dlcourse.explain` beside captum's, in one run.

    python -m benchmarks.explain [ROUNDS [METHOD ...]]

One network of the book, with random weights (which cost as much as trained ones), 8 images of 96x96 pixels, one thread.
The two take turns; a row gives the median processor time of each and the median of the ratios of neighbouring turns.
What the methods have to compute is the same: equal windows, steps and samples; their results are compared first.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import torch
from captum import attr

from dlcourse import explain, models

WINDOW, STRIDE, STEPS, SAMPLES = 16, 8, 20, 20


def methods() -> dict[str, tuple[Callable[[], np.ndarray], Callable[[], torch.Tensor]]]:
    """Each method as dlcourse and as captum run it, both on the same network, images and classes."""
    torch.manual_seed(0)
    model = models.pytorch.pets_cnn_small(widths=(16, 32, 64, 64)).eval()
    x = np.random.default_rng(0).random((8, 3, 96, 96), "float32")
    target = np.arange(8) % 2
    images, classes = torch.tensor(x, requires_grad=True), torch.tensor(target)
    noise = float(0.15 * np.ptp(x))
    tunnel = {"nt_samples": SAMPLES, "nt_samples_batch_size": 4, "stdevs": noise, "target": classes}
    return {
        "saliency": (
            lambda: explain.saliency(model, x, target),
            lambda: attr.Saliency(model).attribute(images, classes),
        ),
        "gradient_x_input": (
            lambda: explain.gradient_x_input(model, x, target),
            lambda: attr.InputXGradient(model).attribute(images, classes),
        ),
        "smooth_grad": (
            lambda: explain.smooth_grad(model, x, target, samples=SAMPLES),
            lambda: attr.NoiseTunnel(attr.Saliency(model)).attribute(images, nt_type="smoothgrad", abs=False, **tunnel),
        ),
        "integrated_gradients": (
            lambda: explain.integrated_gradients(model, x, target, steps=STEPS),
            lambda: attr.IntegratedGradients(model).attribute(
                images, 0, classes, n_steps=STEPS, internal_batch_size=32
            ),
        ),
        "guided_backprop": (
            lambda: explain.guided_backprop(model, x, target),
            lambda: attr.GuidedBackprop(model).attribute(images, classes),
        ),
        "deconvnet": (
            lambda: explain.deconvnet(model, x, target),
            lambda: attr.Deconvolution(model).attribute(images, classes),
        ),
        "occlusion": (
            lambda: explain.occlusion(model, x, target, window=WINDOW, stride=STRIDE),
            lambda: attr.Occlusion(model).attribute(
                images, (3, WINDOW, WINDOW), (3, STRIDE, STRIDE), 0, classes, perturbations_per_eval=4
            )[:, 0],
        ),
        "grad_cam": (
            lambda: explain.grad_cam(model, x, target, "relu4", relu=False),
            lambda: torch.nn.functional.interpolate(
                attr.LayerGradCam(model, model.relu4).attribute(images, classes), x.shape[2:], mode="bilinear"
            )[:, 0],
        ),
    }


def processor_time(run: Callable[[], object]) -> float:
    """Seconds of processor time that one call takes."""
    start = time.process_time()
    run()
    return time.process_time() - start


def main(rounds: int, names: list[str]) -> None:
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")
    print(f"{'method':22} {'dlcourse':>10} {'captum':>10} {'ratio':>7}")
    for name, (ours, theirs) in methods().items():
        if names and name not in names:
            continue
        mine, captums = ours(), theirs().detach().numpy()
        if name != "smooth_grad":  # its noise differs
            assert np.allclose(mine, captums, rtol=0, atol=1e-5 * max(1, np.abs(captums).max())), name
        times = np.array([[processor_time(ours), processor_time(theirs)] for _ in range(rounds)])
        here, there = np.median(times, axis=0) * 1000
        print(f"{name:22} {here:7.1f} ms {there:7.1f} ms {np.median(times[:, 0] / times[:, 1]):7.2f}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15, sys.argv[2:])
