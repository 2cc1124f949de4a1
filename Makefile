# State of Brain Emulation 2025, the executable edition. `make help` lists what can be made.

PYTHON ?= python3
PORT ?= 8000
N ?= 5
export PYTHON PORT N NAME PARAMS UPSTREAM FILE VERSION DIR DASK PYTEST_ARGS

# A value from outside is text: never expanded here, and read by recipes as "$$NAME" alone.
$(foreach name,PYTHON PORT N NAME PARAMS UPSTREAM FILE VERSION DIR DASK PYTEST_ARGS \
	$(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name))),\
	$(eval override $(name) := $$(value $(name))))

override VENV := .venv
override PY := $(VENV)/bin/python
override STAMP := $(VENV)/complete

# The environment counts only if it was finished, here, and still starts. The shell compares the paths.
override STALE := $(shell [ "$$(cat $(STAMP) 2>&1)" = "$$(pwd -P)" ] && $(PY) -c '' 2>/dev/null || rm -f $(STAMP))

.DEFAULT_GOAL := book
.PHONY: book test survive messages pdf verify changes release verify-release publish chapter scenario sweep serve bench data check-upstream lock audit clean help

book: $(STAMP) ## Build the book into _build/html (only what changed; first makes .venv)
	@$(PY) -m sobe.pipeline book

test: $(STAMP) ## Build the book and run every test
	@PYTEST_ADDOPTS="$$PYTEST_ADDOPTS $$PYTEST_ARGS" $(PY) -m pytest

survive: $(STAMP) ## Kill, starve and mislead builds, and fuzz the loaders; prints what was tried
	@PYTEST_ADDOPTS="$$PYTEST_ADDOPTS $$PYTEST_ARGS" $(PY) -m pytest -m survive tests/survive

chapter: $(STAMP) ## Run one chapter with other values: NAME=recording PARAMS="hz_cap=30 since=1990"
	@$(PY) -m sobe.pipeline chapter "$$NAME" "$$PARAMS"

messages: $(STAMP) ## Bring the message catalogues in book/locale up to date with the chapters
	@$(PY) -m sobe.pipeline messages

pdf: $(STAMP) ## Make the PDFs, one a language, in _build/pdf (only if something changed; needs Pango and fonts)
	@$(PY) -m sobe.pipeline pdf

verify: $(STAMP) ## Build this commit twice, in other places, zones and locales, and compare to the byte
	@$(PY) -m sobe.pipeline.release verify

changes: $(STAMP) ## Note what changed in the data since the last release: VERSION=1.1.0
	@$(PY) -m sobe.pipeline.release changes "$$VERSION"

release: $(STAMP) ## Make a release of this commit in dist/ and publish it in dist/site: VERSION=1.0.0
	@$(PY) -m sobe.pipeline.release release "$$VERSION"

verify-release: $(STAMP) ## Check a release's sums, build its commit again and compare: DIR=dist/1.0.0
	@test -n "$$DIR" || { echo "error: say which release: make verify-release DIR=dist/1.0.0" >&2; exit 1; }
	@$(PY) -m sobe.pipeline.release verify-release "$$DIR"

publish: $(STAMP) ## Make dist/site, the site of all versions, from the releases in dist/
	@$(PY) -m sobe.pipeline.release publish

scenario: $(STAMP) ## Run the estimator's chapter with a scenario: FILE=scenarios/mouse-2030.yml
	@test -n "$$FILE" || { echo "error: say which scenario: make scenario FILE=scenarios/mouse-2030.yml" >&2; exit 1; }
	@$(PY) -m sobe.pipeline scenario "$$FILE"

sweep: $(STAMP) ## Estimate a grid of cases: FILE=scenarios/sweep-brains.yml (DASK=tcp://… for a cluster)
	@test -n "$$FILE" || { echo "error: say which sweep: make sweep FILE=scenarios/sweep-brains.yml" >&2; exit 1; }
	@$(PY) -m sobe.pipeline sweep "$$FILE" --dask "$$DASK"

serve: book ## Show the book on http://localhost:8000 (PORT=… for another port)
	@echo "http://localhost:$$PORT/ (Ctrl-C stops)"
	@$(PY) -m http.server --bind 127.0.0.1 --directory _build/html "$$PORT"

bench: $(STAMP) ## Time this build and its pages against plain Jupyter Book (N=… runs, 5 unless told)
	@$(PY) bench/bench.py --runs "$$N"
	@$(PY) bench/pages.py --runs "$$N"
	@$(PY) bench/growth.py

data: $(STAMP) ## Derive data/ anew from the upstream repository: UPSTREAM=folder
	@test -n "$$UPSTREAM" || { echo "error: say where the upstream repository is: make data UPSTREAM=folder" >&2; exit 1; }
	@$(PY) -m sobe.tables.derive "$$UPSTREAM"

check-upstream: $(STAMP) ## Check that data/ is what the upstream repository gives: UPSTREAM=folder
	@test -n "$$UPSTREAM" || { echo "error: say where the upstream repository is: make check-upstream UPSTREAM=folder" >&2; exit 1; }
	@$(PY) -m sobe.tables.derive --check "$$UPSTREAM"

lock: ## Pin requirements.in anew in requirements.txt, and requirements-alone.in (needs uv)
	@command -v uv >/dev/null || { echo "error: make lock needs uv (pip install uv)" >&2; exit 1; }
	@uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		requirements.in --output-file requirements.txt
	@uv pip compile --quiet --upgrade --no-deps --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		requirements-alone.in --output-file requirements-alone.txt

audit: $(STAMP) ## List the licences of what is installed, and which pins PyPI has newer versions of
	@$(PY) bench/audit.py

clean: ## Remove what was built (the environment in .venv stays)
	@rm -rf _build

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' Makefile

# Made from nothing, and marked complete only at the end.
$(STAMP): requirements.txt requirements-alone.txt pyproject.toml
	@command -v "$$PYTHON" >/dev/null || { echo "error: there is no $$PYTHON here; install Python 3.11, 3.12 or 3.13, or name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$$PYTHON" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
		echo "error: $$PYTHON is $$("$$PYTHON" --version 2>&1); the book needs Python 3.11, 3.12 or 3.13: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Making the environment in $(VENV) (once; a minute or two)"
	@rm -rf $(VENV)
	@"$$PYTHON" -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --no-deps -r requirements-alone.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation --editable .
	@pwd -P > $@
