"""The processes that train one model together, through Hugging Face Accelerate.

Each holds all the data and takes its share of every batch; gradients are summed over the processes after each step.
`accelerate launch` starts them and says so in the environment. Without it there is one process, and nothing to sum.
"""

from __future__ import annotations

import os
from typing import Any

import torch
from accelerate import PartialState
from accelerate.utils import broadcast, broadcast_object_list, gather_object, reduce
from torch import Tensor, nn

from dlcourse import _validate
from dlcourse.device import pick


class Processes:
    """One of them, the one that runs: its number, how many there are, and the device on which it computes."""

    def __init__(self, device: Any) -> None:
        wanted = _chosen(device)
        launched = int(os.environ.get("WORLD_SIZE", 1)) > 1
        state = PartialState(cpu=launched and wanted.type not in ("cuda", "xpu"))
        self.index, self.count, self.main = state.process_index, state.num_processes, state.is_main_process
        self.device = state.device if self.count > 1 else wanted

    def share(self, samples: int) -> slice:
        """Which samples of a batch are this process's: as many as any other's, or one more or less."""
        return slice(samples * self.index // self.count, samples * (self.index + 1) // self.count)

    def sum(self, tensor: Tensor) -> Tensor:
        """The sum over the processes."""
        return reduce(tensor, "sum") if self.count > 1 else tensor

    def sum_gradients(self, parameters: list[nn.Parameter]) -> None:
        """Give every process the sum of all gradients, in one message.

        A process without samples has no gradients; a parameter that no process has used keeps none.
        """
        if self.count == 1:
            return
        used = torch.tensor([float(p.grad is not None) for p in parameters], device=self.device)
        own = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
        row = self.sum(torch.cat([used, *(gradient.flatten() for gradient in own)]))
        used, *pieces = row.split([len(parameters), *(p.numel() for p in parameters)])
        for parameter, count, piece in zip(parameters, used.tolist(), pieces, strict=True):
            parameter.grad = piece.view(parameter.shape).to(parameter.dtype) if count else None

    def start_alike(self, model: nn.Module) -> None:
        """Give every process the main process's parameters and buffers."""
        if self.count > 1:
            for tensor in [*model.parameters(), *model.buffers()]:
                tensor.data.copy_(broadcast(tensor.data.contiguous()))

    def average_buffers(self, model: nn.Module) -> None:
        """Give every process the mean of what each has gathered, such as BatchNorm's running statistics."""
        if self.count > 1:
            for buffer in model.buffers():
                if buffer.is_floating_point():
                    buffer.data.copy_(reduce(buffer.data.contiguous(), "mean"))

    def gather(self, value: Any) -> list[Any]:
        """What each process has, in the order of the processes."""
        return gather_object([value]) if self.count > 1 else [value]

    def from_main(self, value: Any) -> Any:
        """What the main process has."""
        return broadcast_object_list([value])[0] if self.count > 1 else value


def _chosen(device: Any) -> torch.device:
    """The device that the argument names."""
    if isinstance(device, str) and device == "auto":
        cpu = os.environ.get("ACCELERATE_USE_CPU", "").lower() in ("1", "true", "yes")  # accelerate launch --cpu
        return pick("cpu" if cpu else None)
    try:
        chosen = torch.device(device)
    except (RuntimeError, TypeError):
        raise ValueError(
            f'device must be "auto" or a device such as "cpu" or "cuda", got {_validate.describe(device)}'
        ) from None
    pick(chosen.type)  # an error where this machine has none
    return chosen


def precision_of(precision: str, device: torch.device, dtype: torch.dtype) -> torch.dtype | None:
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
