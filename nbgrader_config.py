"""nbgrader for this course: run its commands in this folder, for instance `nbgrader generate_assignment convolution`.

Assignments are the folders of `exercises/`. Everything that nbgrader makes or is given stands in `_build/nbgrader`:
`release/` is for the students, `submitted/NAME/ASSIGNMENT/` is where their notebooks go, `feedback/` is what they get
back, and `gradebook.db` holds the grades. `make grade` adds `mended/`, which is what nbgrader grades, and `reports/`.
`make clean` leaves that folder alone, but a real course keeps these things elsewhere, in a folder that the environment
variable DLCOURSE_GRADING names.
"""

import os
import sys
from pathlib import Path

from nbconvert.preprocessors import TagRemovePreprocessor

# nbgrader starts its helper `alembic` by name: it must be found even where the environment is not activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

c = get_config()  # noqa: F821  (nbgrader puts it here)
grading = Path(os.environ.get("DLCOURSE_GRADING", "_build/nbgrader")).absolute()
grading.mkdir(parents=True, exist_ok=True)

c.CourseDirectory.course_id = "deep-learning-you-can-see"
c.CourseDirectory.source_directory = "exercises"
for step in ("release", "submitted", "autograded", "feedback", "solution", "source_with_tests"):
    setattr(c.CourseDirectory, f"{step}_directory", str(grading / step))
c.CourseDirectory.db_url = f"sqlite:///{grading / 'gradebook.db'}"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "*.wrong.py", "*.right.py"]

# A stub that runs: the check below it says that there is nothing there yet, and 'run all' reaches it.
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\npass"}

# What speaks of the book's own page (folded solutions, links to the chapter) is not for the students' version.
c.GenerateAssignment.preprocessors.prepend([TagRemovePreprocessor])
c.TagRemovePreprocessor.enabled = True
c.TagRemovePreprocessor.remove_cell_tags = {"book-only"}

# A test cell that a student has deleted comes back, and counts. (`make grade` puts all of a page's cells in order.)
c.OverwriteCells.add_missing_cells = True

# nbgrader gives no points for a cell that wrote to stderr. Log lines, warnings and progress bars are no wrong answers.
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = "^"
c.Execute.extra_arguments = ["--IPKernelApp.capture_fd_output=False"]
c.Execute.timeout = 120
c.Execute.iopub_timeout = 30  # a busy machine brings the outputs of a cell late
os.environ.setdefault("PYTHONWARNINGS", "ignore")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# What lies beside a notebook, a folder `dlcourse` for instance, is not imported in the place of what is installed.
os.environ["PYTHONSAFEPATH"] = "1"
