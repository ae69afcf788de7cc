"""The commands of the Makefile help a newcomer along: what they list, and what they say when something is missing."""

import os
import re
import subprocess
import sys
import tomllib
from types import SimpleNamespace

import pytest

from tools import environment, notebooks


def make(*arguments):
    """Run make in the project's folder, as if no other make, and its options, were around."""
    outside = {
        name: value for name, value in os.environ.items() if name not in ("FULL", "STAGES", "MAKEFLAGS", "MAKELEVEL")
    }
    return subprocess.run(["make", *arguments], cwd=notebooks.ROOT, env=outside, capture_output=True, text=True)


def test_help_lists_every_command_of_the_readme():
    listed = make("help").stdout
    for command in ("book", "serve", "lab", "notebooks", "test", "exercises", "grade", "clean"):
        assert f"make {command} " in listed
    assert make().stdout == listed


def test_without_python_it_says_which_versions_do(tmp_path):
    result = make("book", "PYTHON=/no/such/python", f"VENV={tmp_path / 'venv'}")
    assert result.returncode != 0
    assert "This book needs Python 3.11, 3.12 or 3.13" in result.stdout


@pytest.fixture
def venv(tmp_path):
    """An environment in which Python only says what it was to run."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").write_text('#!/bin/sh\necho "ran $*"\n')
    (tmp_path / "bin" / "python").chmod(0o755)
    (tmp_path / "installed").touch()
    return f"VENV={tmp_path}"


@pytest.mark.parametrize(
    ("arguments", "runs"),
    [
        (["test"], ["tools.test"]),
        (["test", "FULL=1"], ["tools.test --full"]),
        (["test", "FULL=0"], ["tools.test"]),
        (["test", "STAGES=book pages"], ["tools.test book pages"]),
        (["book"], ["tools.notebooks run", "tools.site"]),
        (["notebooks"], ["tools.notebooks refresh"]),
    ],
)
def test_a_command_runs_its_tool(venv, arguments, runs):
    lines = make("--no-print-directory", *arguments, venv).stdout.splitlines()
    assert [line.removeprefix("ran -m ") for line in lines if line.startswith("ran")] == runs


def test_ci_runs_every_check_in_a_fresh_environment():
    script = (notebooks.ROOT / ".ci" / "run").read_text("utf-8")
    assert script.rstrip().endswith("make clean\nrm -rf .venv\nmake test FULL=1")


def said(capfd, folder):
    """What the environment's script says when it gives up."""
    with pytest.raises(SystemExit) as stopped:
        environment.main(str(folder))
    return str(stopped.value)


def test_another_python_is_named_with_what_is_needed(monkeypatch, capfd, tmp_path):
    monkeypatch.setattr(environment, "OLDEST", (3, 98))
    monkeypatch.setattr(environment, "NEWEST", (3, 99))
    text = said(capfd, tmp_path / "venv")
    assert "needs Python 3.98 to 3.99" in text
    assert f"{sys.executable} is 3.{sys.version_info[1]}" in text
    assert not (tmp_path / "venv").exists()


def on_a_machine(monkeypatch, free, system="Linux", machine="x86_64", index=""):
    """Let the script see this machine, with so many GB free."""
    usage = type("Usage", (), {"free": free * 1e9})
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda path: usage)
    monkeypatch.setattr(environment.platform, "system", lambda: system)
    monkeypatch.setattr(environment.platform, "machine", lambda: machine)
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", index)


def test_a_full_disk_is_noticed_before_anything_is_made(monkeypatch, capfd, tmp_path):
    on_a_machine(monkeypatch, 1.5)
    assert said(capfd, tmp_path / "venv").strip().endswith("this disk has 1.5 GB left: make room first.")
    assert not (tmp_path / "venv").exists()


CPU = "https://example.org/whl/cpu"


@pytest.mark.parametrize(
    ("machine", "needed"),
    [
        ({}, 9),
        ({"index": "https://example.org/simple"}, 9),
        ({"index": CPU}, 5),
        ({"machine": "aarch64"}, 5),
        ({"system": "Darwin", "machine": "arm64"}, 5),
    ],
)
def test_the_disk_needed_is_that_of_the_build_of_pytorch_that_pip_takes(monkeypatch, machine, needed):
    on_a_machine(monkeypatch, 100, **machine)
    assert environment.needed_gb() == needed


def test_who_has_room_for_the_cpu_build_alone_is_told_of_it(monkeypatch, capfd, tmp_path):
    on_a_machine(monkeypatch, 7)
    assert "or take PyTorch without CUDA" in said(capfd, tmp_path / "venv")
    assert "PIP_EXTRA_INDEX_URL=" in (notebooks.ROOT / "README.md").read_text("utf-8")


def stub_commands(monkeypatch, results):
    """Record commands instead of running them; `results` are their exit codes, then 0."""
    ran = []
    codes = iter(results)

    def call(command):
        ran.append(command)
        if "venv" in command:
            folder = environment.os.path.join(command[-1], "bin")
            environment.os.makedirs(folder, exist_ok=True)
            open(environment.os.path.join(folder, "python"), "w").close()
        return next(codes, 0)

    monkeypatch.setattr(environment.subprocess, "call", call)
    monkeypatch.setattr(environment, "needed_gb", lambda: 0)
    return ran


def test_an_interrupted_environment_is_made_anew_and_a_complete_one_is_kept(monkeypatch, tmp_path):
    ran = stub_commands(monkeypatch, [])
    folder = tmp_path / "venv"
    environment.main(str(folder))
    assert ["venv" in command for command in ran] == [True, False, False]
    ran.clear()
    environment.main(str(folder))
    assert ["venv" in command for command in ran] == [False, False]
    ran.clear()
    (folder / "bin" / "python").unlink()  # Python itself was moved or removed
    environment.main(str(folder))
    assert "venv" in ran[0]


def test_a_failed_installation_says_that_it_can_be_repeated(monkeypatch, capfd, tmp_path):
    stub_commands(monkeypatch, [0, 1])
    assert "Run the same command again" in said(capfd, tmp_path / "venv")


def test_kernels_keep_log_lines_of_c_code_out_of_notebooks(monkeypatch, tmp_path):
    stub_commands(monkeypatch, [])
    environment.main(str(tmp_path / "venv"))
    settings = (tmp_path / "venv" / "etc" / "ipython" / "ipython_kernel_config.py").read_text()
    scope = {"c": SimpleNamespace(IPKernelApp=SimpleNamespace())}
    exec(settings, scope)
    kernel = scope["c"].IPKernelApp
    assert kernel.capture_fd_output is False
    assert kernel.log_level == 40
    assert kernel.exec_lines == ["import dlcourse; del dlcourse"]  # before the frameworks: see test_import_order.py


def test_the_versions_of_python_that_it_takes_are_those_that_it_names(monkeypatch, capfd, tmp_path):
    declared = tomllib.loads((notebooks.ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    assert declared == ">=" + ".".join(map(str, environment.OLDEST))
    named = re.search(r"for v in ([\d. ]+);", (notebooks.ROOT / "Makefile").read_text("utf-8"))[1].split()
    for minor in range(9, 16):
        ran = stub_commands(monkeypatch, [])
        monkeypatch.setattr(environment.sys, "version_info", (3, minor, 0))
        if f"3.{minor}" in named:
            environment.main(str(tmp_path / str(minor)))
            assert ran
        else:
            assert f"is 3.{minor}" in said(capfd, tmp_path / str(minor))
            assert not ran
    assert named == ["3.11", "3.12", "3.13"]


def test_what_requirements_name_is_installed_and_the_package_without_its_dependencies(monkeypatch, tmp_path):
    ran = stub_commands(monkeypatch, [])
    environment.main(str(tmp_path / "venv"))
    installs = [command[command.index("install") :] for command in ran if "install" in command]
    assert [command[-2:] for command in installs] == [["-r", "requirements.txt"], ["-e", "."]]
    assert "--no-deps" in installs[1]
