"""What a PyTorch training carries from epoch to epoch, and what it leaves as it was found."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import DataLoaderConfiguration, DistributedDataParallelKwargs, gather_object
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from dlcourse import _frameworks, _validate
from dlcourse.device import _pick
from dlcourse.train._checkpoint import State, set_random_state
from dlcourse.train._data import checksum
from dlcourse.train._settings import Settings
from dlcourse.train._torch_data import Batches


@contextmanager
def optimizer_as_found(optimizer: Any) -> Iterator[None]:
    """Give a ready optimizer the learning rates back that it came with, and its state the parameters' device."""
    if not isinstance(optimizer, torch.optim.Optimizer):
        yield
        return
    rates = [group["lr"] for group in optimizer.param_groups]
    try:
        yield
    finally:
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
        follow(optimizer)


def follow(optimizer: torch.optim.Optimizer) -> None:
    """Have an optimizer's state where its parameters are."""
    if optimizer.state:
        optimizer.load_state_dict(optimizer.state_dict())


def trainable(*modules: Any) -> list[nn.Parameter]:
    """The parameters that training changes: the model's, and those of a loss that has some."""
    return [p for module in modules if isinstance(module, nn.Module) for p in module.parameters() if p.requires_grad]


def optimizer_of(model: nn.Module, settings: Settings) -> torch.optim.Optimizer:
    """The optimizer that was asked for, with parameters of this model."""
    parameters, optimizer = trainable(model, settings.loss), settings.optimizer
    if not trainable(model):
        raise ValueError("model has nothing to train: it has no parameter that requires a gradient")
    if any(map(is_lazy, parameters)):
        raise ValueError("model has lazy layers, which have no weights yet: call it once on a batch, then train")
    if optimizer is None:
        return torch.optim.Adam(parameters, settings.learning_rate)
    if callable(optimizer):
        optimizer = optimizer(parameters)
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(
            "optimizer must be an optimizer of PyTorch, or a function that makes one from the parameters, got "
            f"{_validate.describe(optimizer)}"
        )
    if isinstance(optimizer, torch.optim.LBFGS):
        raise ValueError("optimizer: LBFGS asks for the loss several times a step, which this loop does not do")
    known = {p for group in optimizer.param_groups for p in group["params"]}
    if not known & set(trainable(model)):
        raise ValueError("optimizer has no parameter of this model: make it from model.parameters()")
    if not known >= set(trainable(settings.loss)):
        raise ValueError("loss has parameters of its own, which the optimizer does not have: make it from both")
    return optimizer


class TorchState(State):
    """Model, loss and optimizer, the generators of all processes, history and best weights."""

    def __init__(self, model: nn.Module, settings: Settings, accelerator: Accelerator, device: torch.device) -> None:
        super().__init__(settings, accelerator.is_main_process)
        self.model, self.accelerator, self.device = model, accelerator, device

    def tensors(self) -> dict[str, Tensor]:
        """Parameters and all buffers, also those that a state_dict leaves out, and those of the loss."""
        parts = [("", self.model), ("loss: ", self.settings.loss)]
        modules = [(head, module) for head, module in parts if isinstance(module, nn.Module)]
        return {h + name: t for h, m in modules for name, t in [*m.named_parameters(), *m.named_buffers()]}

    def weights(self) -> dict[str, Any]:
        """Copies of all tensors, and what modules hand over in `get_extra_state`."""
        copies: dict[str, Any] = {name: tensor.detach().clone() for name, tensor in self.tensors().items()}
        return copies | {k: v for k, v in self.model.state_dict().items() if k.endswith("_extra_state")}

    def set_weights(self, weights: dict[str, Any]) -> None:
        """Put them back."""
        with torch.no_grad():
            for name, tensor in self.tensors().items():
                tensor.copy_(torch.as_tensor(weights[name]))
        extra = {
            k: torch.as_tensor(v) if hasattr(v, "shape") else v
            for k, v in weights.items()
            if k.endswith("_extra_state")
        }
        if extra:
            self.model.load_state_dict(self.model.state_dict() | extra)

    def plain_weights(self) -> dict[str, Any]:
        """For `model.load_state_dict(safetensors.torch.load_file(path))`."""
        return dict(self.model.state_dict())

    def others(self) -> dict[str, Any]:
        """The optimizer's state, and the generators of each process."""
        random = [_frameworks.random_state(self.device)]
        random = gather_object(random) if self.accelerator.num_processes > 1 else random
        state = {str(i): values for i, values in self.optimizer.state_dict()["state"].items()}
        return {"optimizer": state, "random": random}

    def begin(self, optimizer: torch.optim.Optimizer, data: Batches, valid: Batches | None, dtype: torch.dtype) -> None:
        """Seed the generators; or take up everything from the checkpoint if there is one."""
        self.optimizer = optimizer
        self.rates = [group["lr"] for group in optimizer.param_groups]
        follow(optimizer)
        _frameworks.seed(self.settings.seed + self.accelerator.process_index)
        if self.folder is None:
            return
        shapes = [(name, tuple(tensor.shape)) for name, tensor in self.tensors().items()]
        frozen = [name for name, p in self.model.named_parameters() if not p.requires_grad]
        groups = [{k: v for k, v in group.items() if k != "params"} for group in optimizer.param_groups]
        arguments = {
            "train": data.digest(),
            "valid": valid and valid.digest(),
            "precision": str(dtype),
            "model": f"{type(self.model).__name__} {checksum([repr(self.model), str(shapes)])}",
            "frozen parameters": ", ".join(frozen) or "none",
            "optimizer": f"{type(optimizer).__name__} {groups}",
            "processes": self.accelerator.num_processes,
        }
        saved = self.saved(arguments)
        if saved is not None:
            self._set_optimizer(saved["optimizer"])
            set_random_state(saved["random"][self.accelerator.process_index], self.device)

    def _set_optimizer(self, saved: dict[str, Any]) -> None:
        """Its state, laid out in memory like the parameters: sums in another order would round differently."""
        state = {
            int(i): {k: torch.as_tensor(v) if hasattr(v, "shape") else v for k, v in values.items()}
            for i, values in saved.items()
        }
        self.optimizer.load_state_dict(self.optimizer.state_dict() | {"state": state})
        for parameter, values in self.optimizer.state.items():
            for key, value in values.items():
                if isinstance(value, Tensor) and value.shape == parameter.shape:
                    values[key] = torch.empty_like(parameter, dtype=value.dtype, requires_grad=False).copy_(value)

    def set_rate(self, factor: float) -> None:
        """Multiply the learning rates that the optimizer was made with."""
        for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
            group["lr"] = rate * factor

    def end(self) -> None:
        """Put back the best weights, if they were asked for."""
        super().end()
        self.optimizer.zero_grad()
        self.model.zero_grad()  # also what the optimizer does not have
        self.accelerator.wait_for_everyone()  # until the main process has written its checkpoint


def start(device: Any) -> tuple[Accelerator, torch.device]:
    """Accelerate's view of the processes, of which there is one unless `accelerate launch` has started more."""
    if os.environ.get("ACCELERATE_USE_CPU", "").lower() in ("1", "true", "yes"):  # accelerate launch --cpu
        device = "cpu" if isinstance(device, str) and device == "auto" else device
    chosen = _pick("device", device)
    several = int(os.environ.get("WORLD_SIZE", 1)) > 1
    accelerator = Accelerator(
        cpu=several and chosen.type not in ("cuda", "xpu"),
        mixed_precision="no",  # this loop has its own
        dataloader_config=DataLoaderConfiguration(split_batches=True),
        kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
    )
    return accelerator, accelerator.device if several else chosen


def float_type(model: nn.Module) -> torch.dtype:
    """The type of the model's weights."""
    return next((p.dtype for p in model.parameters() if p.is_floating_point()), torch.float32)


def autocast_type(precision: str, device: torch.device, dtype: torch.dtype) -> torch.dtype | None:
    """The type in which a training step multiplies, where it is not the model's own.

    Half precision is for the hardware that is made for it: on others it is slower than float32.
    """
    if precision == "float32" or (precision == "auto" and (device.type != "cuda" or dtype is not torch.float32)):
        return None
    if device.type not in ("cuda", "xpu"):
        raise ValueError(f'precision="bfloat16" is for GPUs, not for {device.type}: leave it at "auto"')
    if precision == "auto" and not torch.cuda.is_bf16_supported(including_emulation=False):
        return None
    return torch.bfloat16
