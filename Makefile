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

.PHONY: help book serve lab lighthouse notebooks test exercises grade clean unit notebook-tests site site-tests lint

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
	@$(MAKE) --no-print-directory site
	@echo "The book is built. Open $(SITE)/index.html, or run: make serve"

site:
	@$(RUN) -m tools.site

serve: book ## build, then serve the site on http://localhost:8000 (PORT=... for another)
	@$(RUN) -m tools.serve $(SITE) $(PORT)

lab: $(VENV)/installed ## open JupyterLab on a list of the chapters
	@$(RUN) -m tools.lab

lighthouse: $(VENV)/installed ## measure the built site as a phone meets it; needs Node
	@$(RUN) -m tools.lighthouse

notebooks: $(VENV)/installed ## re-run changed notebooks and write them in the committed form
	@$(RUN) -m tools.notebooks refresh

test: $(VENV)/installed ## run every check: code, notebooks, exercises, the site
	@$(RUN) -m tools.browser
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory unit
	@$(MAKE) --no-print-directory notebook-tests
	@echo "== 4/5 the site, warnings as errors"
	@$(MAKE) --no-print-directory site
	@$(MAKE) --no-print-directory site-tests
	@echo "All checks passed. The site is in $(SITE)/index.html"

lint:
	@echo "== 1/5 code style and types"
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy

unit:
	@echo "== 2/5 unit tests, doctests, coverage"
	@$(RUN) -m pytest -q --doctest-modules src/dlcourse book/_ext
	@$(RUN) -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder --ignore=tests/book/site --cov --cov-report=term --cov-fail-under=95 tests

notebook-tests:
	@echo "== 3/5 every notebook against its committed outputs"
	@$(RUN) -m tools.notebooks fresh
	@BOOK_CACHE=_build/.jupyter_cache $(RUN) -m pytest -q -n 2 --dist loadfile -p tools.strict_nbval --nbval --rootdir . book exercises

site-tests:
	@echo "== 5/5 the built site, in the browser too"
	@$(RUN) -m pytest -q -n 2 --dist worksteal tests/book/site

exercises: $(VENV)/installed ## make the students' versions of the exercises into _build/nbgrader/release
	@for part in exercises/*/; do $(VENV)/bin/nbgrader generate_assignment $$(basename $$part) --force || exit 1; done

grade: $(VENV)/installed ## grade what is handed in: make grade PART=convolution (STUDENT=... for one alone)
	@$(RUN) -m tools.grade $(PART) $(STUDENT)

clean: ## remove everything that was built; the environment .venv and what was graded in _build/nbgrader stay
	@[ ! -d _build ] || find _build -mindepth 1 -maxdepth 1 ! -name nbgrader -exec rm -rf {} +
	rm -rf .pytest_cache .hypothesis .ruff_cache .mypy_cache .coverage
