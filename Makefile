# The book's commands. `make` or `make help` lists them; each works from a bare clone and can be run again at any time.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.DELETE_ON_ERROR:

# The first of these versions that is here and works, or `make PYTHON=...`. The committed outputs were made with 3.11.
PYTHON ?= $(or $(shell for v in 3.11 3.12 3.13; do python$$v -c "" 2>/dev/null && echo python$$v && break; done),python3)
VENV := .venv
RUN := $(VENV)/bin/python
SITE := _build/html
PORT ?= 8000

.PHONY: help book serve lab lighthouse notebooks test exercises grade clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/installed: requirements.txt pyproject.toml tools/environment.py
	@command -v $(PYTHON) >/dev/null || { echo "No Python found. This book needs Python 3.11, 3.12 or 3.13: install it, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) tools/environment.py $(VENV)
	@touch $@

book: $(VENV)/installed ## build the site into _build/html: runs the notebooks, two at a time
	@echo "Running the notebooks, two at a time"
	@$(RUN) -m tools.notebooks run
	@echo "Building the site"
	@$(RUN) -m tools.site
	@echo "The book is built. Open $(SITE)/index.html, or run: make serve"

serve: book ## build, then serve the site on http://localhost:8000 (PORT=... for another)
	@$(RUN) -m tools.serve $(SITE) $(PORT)

lab: $(VENV)/installed ## open JupyterLab on a list of the chapters
	@$(RUN) -m tools.lab

lighthouse: $(VENV)/installed ## measure the built site as a phone meets it; needs Node
	@$(RUN) -m tools.lighthouse

notebooks: $(VENV)/installed ## re-run changed notebooks and write them in the committed form
	@$(RUN) -m tools.notebooks refresh

test: $(VENV)/installed ## check code, notebooks, exercises, the site; skips what passed before, as it is (all: FULL=1)
	@$(RUN) -m tools.test $(if $(filter-out 0,$(FULL)),--full) $(STAGES)
	@echo "All checks passed. The site is in $(SITE)/index.html"

exercises: $(VENV)/installed ## make the students' versions of the exercises into _build/nbgrader/release
	@for part in exercises/*/; do $(VENV)/bin/nbgrader generate_assignment $$(basename $$part) --force || exit 1; done

grade: $(VENV)/installed ## grade what is handed in: make grade PART=convolution (STUDENT=... for one alone)
	@$(RUN) -m tools.grade $(PART) $(STUDENT)

clean: ## remove everything that was built; the environment .venv and what was graded in _build/nbgrader stay
	@[ ! -d _build ] || find _build -mindepth 1 -maxdepth 1 ! -name nbgrader -exec rm -rf {} +
	rm -rf .pytest_cache .hypothesis .ruff_cache .mypy_cache
