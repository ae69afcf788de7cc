"""How an image that is optimised is written down: which numbers a step of gradient ascent changes.

An image is `sigmoid(colour @ spatial(z))`: `z` are the numbers that are changed; `spatial` makes pixels of them (`z`
itself, or a Fourier transform); `colour` mixes the three channels. `pull` takes a gradient at the image back to `z`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse import _validate

# A square root of the covariance of ImageNet's colours, as the library lucid has it (Olah et al. 2017).
IMAGENET = np.array([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])


def colour_matrix(images: Any) -> np.ndarray:
    """The matrix that gives uncorrelated numbers the colours of these images: `A @ A.T` is their colours' covariance.

    Its columns are the directions in which the colours vary, longest first: mostly light against dark, then two
    opponent colours. `activation_maximization(..., colour=A)` takes its steps along them.

    Parameters
    ----------
    images : `(N, H, W, 3)` or `(H, W, 3)` array; numbers of any scale (uint8 is brought to 0..1)

    Returns
    -------
    `(3, 3)` array, one column for each direction; its largest entry is positive.

    Raises
    ------
    ValueError, TypeError : images that have no three colours last, or fewer than two pixels.

    References
    ----------
    Olah, Mordvintsev, Schubert 2017, "Feature Visualization", section "Preconditioning and Parameterization".

    Examples
    --------
    >>> from dlcourse import data
    >>> A = colour_matrix(data.pets.faces(50, 32).images)
    >>> bool((A[:, 0] > 0).all())  # the first direction makes all three channels lighter
    True
    """
    pixels = _validate.array("images", images)
    if pixels.ndim not in (3, 4) or pixels.shape[-1] != 3 or pixels.size < 6:
        raise ValueError(f"images must be (N, H, W, 3) or (H, W, 3), got {_validate.describe(pixels)}")
    colours = pixels.reshape(-1, 3) / (255.0 if pixels.dtype == np.uint8 else 1.0)
    directions, variances, _ = np.linalg.svd(np.cov(colours, rowvar=False))
    root = directions * np.sqrt(variances)
    return root * np.where(root.max(0) >= -root.min(0), 1.0, -1.0)


def _scale(height: int, width: int, decay: float) -> np.ndarray:
    """How strongly each frequency counts: 1 / frequency, as in photographs; `(H, W // 2 + 1)`."""
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width))
    return np.sqrt(height * width) / np.maximum(frequency, 1 / max(height, width)) ** decay


class Pixels:
    """Numbers in the places of the pixels."""

    noise = 0.1

    def __init__(self, height: int, width: int, decay: float) -> None:
        self.shape: tuple[int, ...] = (3, height, width)

    def image(self, z: np.ndarray) -> np.ndarray:
        """`(N, 3, H, W)` of `(N, *shape)`."""
        return z

    def pull(self, gradient: np.ndarray) -> np.ndarray:
        """The gradient with respect to the numbers, of that with respect to `image`."""
        return gradient

    def numbers(self, image: np.ndarray) -> np.ndarray:
        """The numbers that make this image."""
        return image


class Fourier(Pixels):
    """The real and the imaginary part of each frequency, divided by what that frequency has in photographs."""

    noise = 0.01

    def __init__(self, height: int, width: int, decay: float) -> None:
        super().__init__(height, width, decay)
        self.size = (height, width)
        self.shape = (3, height, width // 2 + 1, 2)
        self.scale = _scale(height, width, decay) / 4
        twice = np.full(width // 2 + 1, 2.0)  # a frequency and its mirror image share one number
        twice[0] = 1
        if width % 2 == 0:
            twice[-1] = 1
        self.adjoint = self.scale * twice / (height * width)

    def image(self, z: np.ndarray) -> np.ndarray:
        return np.fft.irfft2((z[..., 0] + 1j * z[..., 1]) * self.scale, s=self.size)

    def pull(self, gradient: np.ndarray) -> np.ndarray:
        return _parts(np.fft.rfft2(gradient) * self.adjoint)

    def numbers(self, image: np.ndarray) -> np.ndarray:
        return _parts(np.fft.rfft2(image) / self.scale)


def _parts(spectrum: np.ndarray) -> np.ndarray:
    return np.stack([spectrum.real, spectrum.imag], axis=-1)


class Painting:
    """Images and the numbers that make them, both ways."""

    def __init__(self, spatial: Pixels, colour: np.ndarray | None) -> None:
        self.spatial = spatial
        mix = np.eye(3) if colour is None else colour / np.linalg.norm(colour, axis=0).max()
        self.mix, self.unmix = mix, np.linalg.inv(mix)

    def image(self, z: np.ndarray) -> np.ndarray:
        """Images `(N, 3, H, W)` in 0..1."""
        return 1 / (1 + np.exp(-_mixed(self.mix, self.spatial.image(z))))

    def pull(self, gradient: np.ndarray, image: np.ndarray) -> np.ndarray:
        """The gradient with respect to the numbers, of that with respect to the image they made."""
        return self.spatial.pull(_mixed(self.mix.T, gradient * image * (1 - image)))

    def numbers(self, image: np.ndarray) -> np.ndarray:
        """The numbers that make this image; black and white are brought a little closer to grey."""
        inside = np.clip(image, 0.004, 0.996)
        return self.spatial.numbers(_mixed(self.unmix, np.log(inside / (1 - inside))))


def _mixed(matrix: np.ndarray, image: np.ndarray) -> np.ndarray:
    return np.einsum("ij,njhw->nihw", matrix, image)


def painting(parameterization: Any, colour: Any, size: tuple[int, int], decay: Any) -> Painting:
    """The painting for the arguments that a caller gave."""
    kind = {"pixels": Pixels, "fourier": Fourier}[
        _validate.choice("parameterization", parameterization, ("pixels", "fourier"))
    ]
    power = _validate.real("decay", decay, 0)
    if colour is None:
        return Painting(kind(*size, power), None)
    if isinstance(colour, str):
        _validate.choice("colour", colour, ("imagenet",))
        return Painting(kind(*size, power), IMAGENET)
    matrix = _validate.array("colour", colour, (3, 3)).astype(float)
    if not np.isfinite(matrix).all() or np.linalg.cond(matrix) > 1e8:
        raise ValueError(f"colour must be a matrix that can be inverted, got {matrix.tolist()}")
    return Painting(kind(*size, power), matrix)
