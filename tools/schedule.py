"""Stages of checks that share two cores; what passed before, with the same inputs, is skipped.

What a stage prints stands together where the stage ends; of those that fail it stands at the very end.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools import inputs

CORES = 2
ONE_THREAD = {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}  # for a process
SILENCE = 30  # seconds after which it is said again what runs


@dataclass(frozen=True)
class Stage:
    """One command of the shell, and what it needs."""

    name: str
    command: str
    cores: int = 1
    """How many it keeps busy."""
    needs: tuple[str, ...] = ()
    """The stages that must have passed before."""
    inputs: tuple[str, ...] = ()
    """Files and folders on which every verdict in it depends; without any it always runs."""
    reads: tuple[str, ...] = ()
    """Files and folders on which only those verdicts depend that are about no page."""
    pages: Callable[[], dict[str, str]] | None = None
    """A digest of each page that it is about; tests about pages that passed before are left out (tests/conftest.py)."""


@dataclass
class Job:
    """A stage that runs."""

    stage: Stage
    process: subprocess.Popen[bytes]
    log: Path
    digests: dict[str, str]
    started: float


class Run:
    """One run of some stages in the project at `root`."""

    def __init__(self, root: Path, environment: str, full: bool = False) -> None:
        self.root, self.environment, self.full = root, environment, full
        self.memory = inputs.Memory(root / "_build" / "passed.json")
        self.stages: list[Stage] = []
        self.results: dict[str, tuple[str, float]] = {}
        self.failed: list[Job] = []

    def digests(self, stage: Stage) -> dict[str, str]:
        """What the verdicts of a stage depend on: a digest for each page, and one of all; none if it always runs."""
        if not stage.inputs:
            return {}
        shared = inputs.digest(self.root, stage.inputs, stage.command, self.environment)
        own = stage.pages() if stage.pages else {}
        pages = {f"{stage.name}: {page}": f"{shared} {value}" for page, value in own.items()}
        more = [f"{page} {value}" for page, value in sorted(pages.items())]
        return {**pages, stage.name: inputs.digest(self.root, stage.reads, shared, *more)}

    def all(self, stages: list[Stage]) -> int:
        """Run the stages; returns 0 if all passed."""
        start = time.monotonic()
        self.stages = stages
        running: list[Job] = []
        try:
            while len(self.results) < len(stages):
                self._begin(running)
                self._wait(running)
        finally:
            for job in running:  # interrupted
                os.killpg(job.process.pid, signal.SIGTERM)
        return self._report(time.monotonic() - start)

    def _begin(self, running: list[Job]) -> None:
        """Start what can start now."""
        names = {stage.name for stage in self.stages}
        for stage in self.stages:
            if stage.name in self.results or stage in [job.stage for job in running]:
                continue
            needs = {need: self.results.get(need, ("",))[0] for need in stage.needs if need in names}
            broken = [need for need, result in needs.items() if result in ("failed", "not run")]
            if broken:
                self._end(stage, "not run", f"needs {', '.join(broken)}")
            elif all(needs.values()):
                if sum(job.stage.cores for job in running) + stage.cores > CORES:
                    return  # smaller ones that come later would keep it waiting
                self._start(stage, running)

    def _start(self, stage: Stage, running: list[Job]) -> None:
        """Start a stage, unless it passed before as it is."""
        digests = self.digests(stage)
        kept = {} if self.full else self.memory.all()
        same = [name for name, value in digests.items() if kept.get(name) == value]
        if stage.name in same:
            self._end(stage, "skipped", "it passed before, and nothing that it depends on has changed")
            return
        left_out = [name.removeprefix(f"{stage.name}: ") for name in same]
        more = f", without {len(left_out)} of {len(digests) - 1} pages, which passed before" if left_out else ""
        print(f"== {stage.name}: started{more}", flush=True)
        log = self.root / "_build" / "test" / f"{stage.name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        environment = {**os.environ, **ONE_THREAD, "PATH": path, "UNCHANGED_PAGES": os.pathsep.join(left_out)}
        with log.open("wb") as out:
            process = subprocess.Popen(
                stage.command, shell=True, cwd=self.root, env=environment, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip
        running.append(Job(stage, process, log, digests, time.monotonic()))

    def _wait(self, running: list[Job]) -> None:
        """Wait until a stage ends, and take it from those that run."""
        spoke = time.monotonic()
        while running:
            for job in running:
                if job.process.poll() is not None:
                    running.remove(job)
                    self._judge(job)
                    return
            if time.monotonic() - spoke > SILENCE:
                print("   running: " + ", ".join(map(progress, running)), flush=True)
                spoke = time.monotonic()
            time.sleep(0.1)

    def _judge(self, job: Job) -> None:
        """Say how a stage ended; if it passed, remember with which inputs."""
        seconds = time.monotonic() - job.started
        if job.process.returncode != 0:
            self.failed.append(job)
            self._end(job.stage, "failed", f"after {seconds:.0f} s; what it printed stands at the end", seconds)
            return
        self._end(job.stage, "passed", f"in {seconds:.0f} s", seconds)
        print(job.log.read_text("utf-8", errors="replace").rstrip(), flush=True)
        if job.digests == self.digests(job.stage):  # else something was changed meanwhile
            self.memory.update(job.digests)

    def _end(self, stage: Stage, result: str, why: str, seconds: float = 0.0) -> None:
        self.results[stage.name] = result, seconds
        print(f"== {stage.name}: {result}, {why}", flush=True)

    def _report(self, seconds: float) -> int:
        """What the failed stages printed, and a line for each stage; returns the exit code."""
        for job in self.failed:
            print(f"\n== {job.stage.name}: failed\n{job.log.read_text('utf-8', errors='replace').rstrip()}")
        print()
        for stage in self.stages:
            result, took = self.results[stage.name]
            print(f"  {stage.name:10s} {result:8s}" + (f" {took:5.0f} s" if took else ""))
        good = all(result in ("passed", "skipped") for result, _ in self.results.values())
        print(f"  {'together':10s} {'passed' if good else 'FAILED':8s} {seconds:5.0f} s", flush=True)
        return 0 if good else 1


def progress(job: Job) -> str:
    """A stage's name, for how long it runs, and how far pytest says that it is."""
    shares = re.findall(rb"\[ *(\d+%)\]", job.log.read_bytes())
    share = f", {shares[-1].decode()}" if shares else ""
    return f"{job.stage.name} ({time.monotonic() - job.started:.0f} s{share})"
