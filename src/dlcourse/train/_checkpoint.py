"""The state of a training, in memory and on the disk: whole or not there, and damaged files are told from good ones."""

from __future__ import annotations

import functools
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from dlcourse import _frameworks
from dlcourse.train._data import checksum
from dlcourse.train._history import History
from dlcourse.train._settings import Settings

LAST, BEST = "last.safetensors", "best.safetensors"
ARRAY = "array of this file"  # stands for an array in the notes; a key that no dict of a reader has


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

    def write(self, name: str, state: Any) -> None:
        """Replace a file, all of it at once: whoever is stopped in between leaves the old one.

        `state` is made of arrays and tensors, which go into the file by their places (`model.0.weight`), and of what
        JSON can hold, in nested dicts with text as keys, lists and tuples.
        """
        arrays: dict[str, np.ndarray] = {}
        try:
            text = json.dumps(_packed(state, "", arrays))
        except TypeError as problem:
            raise TypeError(
                f"checkpoint: part of the state cannot be stored without a pickle ({problem}). A module's "
                "get_extra_state may give tensors, numbers, text, lists and dicts with text as keys"
            ) from problem
        target, new = self.path / name, self.path / f"{name}.tmp"
        try:
            with open(new, "wb") as file:
                file.write(save(arrays, {"dlcourse": text, "checksum": checksum([text, arrays])}))
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

    def read(self, name: str) -> Any:
        """The state, with arrays for tensors and lists for tuples, or None where there is no such file."""
        path = self.path / name
        if not path.exists():
            return None
        try:
            with safe_open(path, framework="numpy") as file:
                written = file.metadata() or {}
                arrays = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - it is no dict
            if written["checksum"] == checksum([written["dlcourse"], arrays]):
                return _unpacked(json.loads(written["dlcourse"]), arrays)
        except (SafetensorError, KeyError, ValueError, OSError):
            pass
        raise ValueError(
            f"checkpoint: {path} is damaged, or it is no checkpoint of this version of the package. Delete it to begin "
            "anew, or name another folder"
        )


def _packed(tree: Any, place: str, arrays: dict[str, np.ndarray]) -> Any:
    """The tree with each array put into `arrays`, and in its stead the name that it has there."""
    if isinstance(tree, dict):
        if not all(isinstance(key, str) for key in tree):  # JSON would make text of them
            raise TypeError(f"a dict has keys that are no text: {list(tree)}")
        return {key: _packed(value, f"{place}.{key}" if place else key, arrays) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_packed(value, f"{place}.{i}", arrays) for i, value in enumerate(tree)]
    if not hasattr(tree, "shape"):
        return tree
    arrays[place] = np.asarray(_frameworks.to_numpy(tree), order="C")
    return {ARRAY: place}


def _unpacked(tree: Any, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(tree, dict):
        if list(tree) == [ARRAY]:
            return arrays[tree[ARRAY]]
        return {key: _unpacked(value, arrays) for key, value in tree.items()}
    return [_unpacked(value, arrays) for value in tree] if isinstance(tree, list) else tree


class State:
    """History and best weights of a training; with a folder, all that it needs to go on is also on the disk.

    The frameworks say what their weights are, and what else there is.
    """

    def __init__(self, settings: Settings, main: bool = True) -> None:
        self.settings, self.main = settings, main
        self.history, self.best = History(), None
        self.folder = None if settings.checkpoint is None else Folder(settings.checkpoint, main)

    def weights(self) -> Any:
        """A copy of what is put back where the best epoch was not the last."""
        raise NotImplementedError

    def set_weights(self, weights: Any) -> None:
        """Put a copy back."""
        raise NotImplementedError

    def plain_weights(self) -> dict[str, Any]:
        """The weights as the framework's own functions load them."""
        raise NotImplementedError

    def others(self) -> dict[str, Any]:
        """What beside the weights a training carries on, such as the optimizer's state and the generators."""
        raise NotImplementedError

    def saved(self, arguments: dict[str, Any]) -> Any:
        """What the checkpoint holds, or None; an error where it is that of another training."""
        if self.folder is None:
            return None
        self.arguments = json.loads(json.dumps(self._arguments() | arguments))
        state = self.folder.read(LAST)
        if state is None:
            return None
        old, path = state["arguments"], self.folder.path
        changed = [
            f"{name} was {old.get(name)!r} and is {self.arguments.get(name)!r}"
            for name in sorted({*old, *self.arguments})
            if old.get(name) != self.arguments.get(name)
        ]
        if changed:
            raise ValueError(
                f"checkpoint: {path} holds a training that was begun with other arguments ({'; '.join(changed)}). "
                "Call it with the same ones to go on, or name another folder to begin anew"
            )
        self.history = History(state["history"])
        if self.history.epochs > self.settings.epochs:
            raise ValueError(
                f"checkpoint: {path} holds {self.history.epochs} epochs, but epochs is {self.settings.epochs}: ask for "
                "as many at least, or name another folder"
            )
        self.set_weights(state["weights"])
        if self.settings.patience is not None:
            self.best = state["best"] or self.weights()
        return state

    def _arguments(self) -> dict[str, Any]:
        """What a resumed training must have in common with the one that was begun.

        Where the rate follows a schedule, it depends on how many epochs there are; otherwise more may be added.
        """
        given, rates = self.settings, None
        if given.schedule is not None:
            rates = [given.epochs, *(given.factor(i / 16) for i in range(17))]
        same = {name: getattr(given, name) for name in ("batch_size", "clip", "patience", "seed")}
        same |= {name: identity(getattr(given, name)) for name in ("augment", "loss", "step")}
        return same | {"schedule (number of epochs, factors)": rates}

    def end_epoch(self, numbers: dict[str, float]) -> None:
        """Record an epoch; keep the weights if they are the best, and write the checkpoint."""
        self.history.add(**numbers)
        better = self.history.best_epoch == self.history.epochs
        if better and self.settings.patience is not None:
            self.best = self.weights()
        if self.folder is None:
            return
        others = self.others()
        if self.main:
            if better:
                self.folder.write(BEST, self.plain_weights())
            best = None if better else self.best
            notes = {"arguments": self.arguments, "history": dict(self.history)}
            self.folder.write(LAST, notes | {"weights": self.weights(), "best": best} | others)

    def end(self) -> None:
        """Put back the best weights, if they were asked for."""
        if self.best is not None:
            self.set_weights(self.best)


def identity(thing: Any) -> Any:
    """The name of a function, module or object, and a checksum of what it does: the same in the next process.

    Of a function that is its code and what it closes over, but for lists and dicts, in which it may take notes; of a
    PyTorch module its text and its buffers, such as the weights of classes. Other names that a function uses are not
    followed.
    """
    if thing is None or isinstance(thing, str | int | float):
        return thing
    if isinstance(thing, functools.partial):
        return identity([thing.func, thing.args, thing.keywords])
    if isinstance(thing, dict):
        thing = [*thing, *thing.values()]
    if isinstance(thing, list | tuple):
        return [identity(part) for part in thing]
    name = getattr(thing, "__qualname__", None) or type(thing).__qualname__
    if hasattr(thing, "__code__"):
        cells = [cell.cell_contents for cell in thing.__closure__ or ()]
        cells = [value for value in cells if value is not thing and not isinstance(value, list | dict)]
        what: Any = [code_of(thing.__code__), identity([cells, thing.__defaults__, thing.__kwdefaults__])]
    elif hasattr(thing, "shape"):
        what = thing
    elif hasattr(thing, "named_buffers"):
        what = [repr(thing), [buffer for _, buffer in thing.named_buffers()]]
    else:
        config = thing.get_config() if hasattr(thing, "get_config") else getattr(thing, "__dict__", {})
        plain = {k: v for k, v in config.items() if isinstance(v, str | int | float | list | tuple | None)}
        what = str({k: identity(v) for k, v in plain.items() if k != "name"})  # which Keras gives by itself
    return f"{name} {checksum(what)}"


def code_of(code: Any) -> Any:
    """What a function does, without where it stands."""
    if hasattr(code, "co_code"):
        return [code.co_code, code.co_names, [code_of(constant) for constant in code.co_consts]]
    return sorted(map(repr, code)) if isinstance(code, frozenset) else repr(code)


def set_random_state(state: dict[str, Any], device: Any = None) -> None:
    """Put the generators where they stood, from what was read."""
    version, numbers, gauss = state["python"]
    name, keys, *rest = state["numpy"]
    state = state | {"python": (version, tuple(numbers), gauss), "numpy": (name, keys, *rest)}
    torch = sys.modules.get("torch")
    if torch is not None:
        state |= {key: torch.from_numpy(state[key]) for key in ("torch", "device") if key in state}
    _frameworks.set_random_state(state, device)
