"""Make `.venv` from requirements.txt; run by the Makefile with the system's Python, so it imports nothing else.

Written for any Python 3, so that an old one gets a sentence and not a syntax error.
"""

import os
import platform
import shutil
import subprocess
import sys

OLDEST, NEWEST = (3, 11), (3, 13)
NEEDED_GB, NEEDED_GB_WITH_CUDA = 5, 9  # 4.4 and 8.4 are used

# TensorFlow's C++ code writes log lines with the time in them when it is imported: they belong on the terminal, not
# into notebooks. So does the kernel's remark on encryption, which is about other computers than this one.
# The package is imported before anything else, also in a reader's own notebook: src/dlcourse/_import_order.py says why.
KERNEL_SETTINGS = """c.IPKernelApp.capture_fd_output = False
c.IPKernelApp.log_level = 40
c.IPKernelApp.exec_lines = ["import dlcourse; del dlcourse"]
"""


def stop(message):
    """End with a message that says what to do."""
    sys.exit("\n" + message + "\n")


def needed_gb():
    """Free disk that is needed: on Linux pip takes PyTorch's CUDA build, unless it is told the index of CPU builds."""
    index = os.environ.get("PIP_INDEX_URL", "") + " " + os.environ.get("PIP_EXTRA_INDEX_URL", "")
    cuda = (platform.system(), platform.machine()) == ("Linux", "x86_64") and "/whl/cpu" not in index
    return NEEDED_GB_WITH_CUDA if cuda else NEEDED_GB


def main(folder):
    """Create the environment if it is not there, and install what requirements.txt names."""
    version = sys.version_info[:2]
    if not OLDEST <= version <= NEWEST:
        stop(
            "This book needs Python %d.%d to %d.%d, but %s is %d.%d. Install one of these versions, or name it: "
            "make PYTHON=/path/to/python3.11" % (OLDEST + NEWEST + (sys.executable,) + version)
        )
    python = os.path.join(folder, "bin", "python")
    free = shutil.disk_usage(os.path.dirname(os.path.abspath(folder))).free / 1e9
    complete = os.path.join(folder, "complete")  # not there: a new one, or one that was interrupted
    if not os.path.exists(python) and free < needed_gb():
        other = ", or take PyTorch without CUDA, as README.md describes" if free > NEEDED_GB else ""
        text = "The environment needs about %d GB, but this disk has %.1f GB left: make room first%s."
        stop(text % (needed_gb(), free, other))
    if not (os.path.exists(complete) and os.path.exists(python)):
        print("Creating %s with Python %d.%d" % ((folder,) + version), flush=True)
        if subprocess.call([sys.executable, "-m", "venv", "--clear", folder]) != 0:
            stop("Python's venv module failed. On Debian and Ubuntu: apt install python3-venv")
        open(complete, "w").close()
    print("Installing requirements.txt (a few minutes the first time)", flush=True)
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", "off"]
    for arguments in (["-r", "requirements.txt"], ["--no-deps", "-e", "."]):
        if subprocess.call(pip + ["-q"] + arguments) != 0:
            left = shutil.disk_usage(os.path.abspath(folder)).free / 1e9
            why = "The disk is full (%.1f GB left)" % left if left < 0.5 else "pip's own message stands above"
            stop("Installing failed. %s. Run the same command again when it is mended; it goes on from here." % why)
    settings = os.path.join(folder, "etc", "ipython")
    os.makedirs(settings, exist_ok=True)
    with open(os.path.join(settings, "ipython_kernel_config.py"), "w") as file:
        file.write(KERNEL_SETTINGS)


if __name__ == "__main__":
    main(sys.argv[1])
