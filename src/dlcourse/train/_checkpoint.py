"""Files that hold the state of a training: whole or not there, and damaged ones are told from good ones."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from dlcourse.train import _data

Arrays = dict[str, np.ndarray]
LAST, BEST = "last.safetensors", "best.safetensors"


class Folder:
    """A folder with the last and the best state of one training; of several processes, one may write."""

    def __init__(self, path: Any, writes: bool = True) -> None:
        try:
            self.path = Path(path)
        except TypeError:
            raise TypeError(f"checkpoint must be the path of a folder, got {path!r}") from None
        if not writes:
            return
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            trial = self.path / "trial.tmp"
            trial.write_bytes(b"")
            trial.unlink()
        except OSError as problem:
            raise ValueError(
                f"checkpoint: nothing can be written into {str(path)!r} ({problem.strerror}). Name a folder of your own"
            ) from problem

    def write(self, name: str, arrays: Arrays, notes: dict[str, Any]) -> None:
        """Replace a file, all of it at once: whoever is stopped in between leaves the old one."""
        arrays = {key: np.asarray(array, order="C") for key, array in arrays.items()}
        text = json.dumps(notes | {"checksum": _data.checksum(arrays)})
        target, new = self.path / name, self.path / f"{name}.tmp"
        try:
            with open(new, "wb") as file:
                file.write(save(arrays, {"dlcourse": text}))
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, target)
        except OSError as problem:
            new.unlink(missing_ok=True)
            problem.add_note(f"The checkpoint in {self.path} could not be written; the one before it is still there.")
            raise
        if os.name == "posix":  # the folder's entry too is on the disk
            folder = os.open(self.path, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)

    def read(self, name: str) -> tuple[Arrays, dict[str, Any]] | None:
        """Arrays and notes, or None where there is no such file."""
        path = self.path / name
        if not path.exists():
            return None
        try:
            with safe_open(path, framework="numpy") as file:
                notes = json.loads((file.metadata() or {})["dlcourse"])
                arrays = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - it is no dict
            damaged = notes.pop("checksum") != _data.checksum(arrays)
        except (SafetensorError, KeyError, ValueError, OSError):
            damaged = True
        if damaged:
            raise ValueError(
                f"checkpoint: {path} is damaged, or it is no checkpoint of this package. Delete it to begin anew, or "
                "name another folder"
            )
        return arrays, notes


def compare(saved: dict[str, Any], now: dict[str, Any], folder: Path) -> None:
    """An error where a training was begun with other arguments."""
    now = json.loads(json.dumps(now))
    changed = [
        f"{name} was {saved.get(name)!r} and is {now.get(name)!r}"
        for name in sorted({*saved, *now})
        if saved.get(name) != now.get(name)
    ]
    if changed:
        raise ValueError(
            f"checkpoint: {folder} holds a training that was begun with other arguments ({'; '.join(changed)}). "
            "Call it with the same ones to go on, or name another folder to begin anew"
        )
