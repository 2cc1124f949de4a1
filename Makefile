# State of Brain Emulation 2025, the executable edition. `make help` lists what can be made.

PYTHON ?= python3
UV ?= uv
PORT ?= 8000
N ?= 5
# Most of the time of a short process is imports: Python keeps what it compiled, whatever the
# caller's environment says.
unexport PYTHONDONTWRITEBYTECODE
export PYTHON UV PORT N NAME PARAMS UPSTREAM FILE DOI VERSION DIR DASK TAG STORE REMOTE PYTEST_ARGS VERBOSE

# A value from outside is text: never expanded here, and read by recipes as "$$NAME" alone.
$(foreach name,PYTHON UV PORT N NAME PARAMS UPSTREAM FILE DOI VERSION DIR DASK TAG STORE REMOTE PYTEST_ARGS VERBOSE \
	$(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name))),\
	$(eval override $(name) := $$(value $(name))))

override VENV := .venv
override PY := $(VENV)/bin/python
override STAMP := $(VENV)/complete
override TESTS := $(VENV)/complete-tests
override NEXT := .venv-next/complete
override LAB := .venv-lab/complete

# An environment counts only if it was finished, here, from these requirements, and still starts. A
# stamp holds this folder's path; one that does not was left half made, or copied. Else all is made
# from nothing.
define whole
fresh() { [ "$$(cat "$$1" 2>&1)" = "$$(pwd -P)" ] && [ ! "$$2" -nt "$$1" ]; }; \
fresh $(1) $(2) && { [ ! -e $(3) ] || fresh $(3) $(4); } && $(dir $(1))bin/python -c '' 2>/dev/null || rm -f $(1) $(3);
endef
override STALE := $(shell $(call whole,$(STAMP),requirements.txt,$(TESTS),requirements-test.txt) \
	$(call whole,$(NEXT),requirements-next.txt,$(NEXT),requirements-next.txt) \
	$(call whole,$(LAB),requirements-lab.txt,$(LAB),requirements.txt))

# By uv where there is one, else by pip. Both check the hashes; neither writes bytecode in advance.
# A setting of pip for the user's own folders would lead out of the environment.
override INSTALL = unset PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT; install() { \
	if command -v "$$UV" >/dev/null; then "$$UV" pip install --quiet --python $(@D)/bin/python "$$@"; \
	else $(@D)/bin/python -m pip install --no-user --quiet --disable-pip-version-check --no-input --no-compile "$$@"; fi; \
}; $(QUIETLY); quietly "the packages of $< were not installed into $(@D); check network, disk and proxy, then run make again" install

# Other tools' messages are one line of ours with the remedy. Theirs are shown with VERBOSE=1.
override QUIETLY = quietly() { remedy="$$1"; shift; \
	case "$$VERBOSE" in ""|0) "$$@" >/dev/null 2>&1 || { echo "error: $$remedy (VERBOSE=1 shows why)" >&2; return 1; };; \
	*) "$$@" || { echo "error: $$remedy" >&2; return 1; };; esac; }

# No package is built from source but this one. What builds it is pinned too, and installed first:
# nothing is fetched to build a package that no hash covers.
override PINNED := --require-hashes --no-build-isolation --only-binary :all:
override BUILDS = awk '/^setuptools==/ { on = 1 } on; on && !/\\$$/ { exit }'

override RUFF := $(VENV)/bin/ruff
override CHAPTERS = $$(grep -l '^kernelspec:' book/*.md)
override FORMAT_CELLS := $(VENV)/bin/jupytext --quiet --pipe '$(RUFF) format --line-length 96 -'

# Tests run in two processes; the tests of a module mostly in one, which shares what it builds. Where
# all build much, they are in one.
override TWO := PYTEST_ADDOPTS="--numprocesses=2 --dist=worksteal $$PYTEST_ADDOPTS $$PYTEST_ARGS"

.DEFAULT_GOAL := book
.PHONY: book test test-quick test-whole test-next lint format survive messages pdf verify changes release verify-release publish make-public links chapter lab scenario sweep serve bench data source proposal forms check-upstream lock audit clean help

book: $(STAMP) ## Build the book into _build/html (only what changed; first makes .venv)
	@$(PY) -m sobe.pipeline book

test: $(TESTS) ## Build the book and test it
	@$(TWO) $(PY) -m pytest

test-quick: $(TESTS) ## Run the tests that build no book and drive no browser
	@$(TWO) $(PY) -m pytest -m 'not built and not browser and not survive'

test-whole: $(TESTS) ## Run the tests that build the whole book again, its PDFs and releases
	@$(TWO) $(PY) -m pytest -m whole --dist=loadfile

test-next: $(NEXT) ## Build the book in _build/next with today's Sphinx instead of Jupyter Book's, and test the pages
	@mkdir -p _build/next && find _build/next -mindepth 1 -maxdepth 1 ! -name _build -exec rm -rf {} +
	@tar -c --exclude='./_build' --exclude='./dist' --exclude='./.git' --exclude='./.venv*' . | tar -x -C _build/next
	@cp requirements-next.txt _build/next/requirements.txt
	@cd _build/next && PYTHONPATH="$$(pwd -P)" "../../$(dir $(NEXT))bin/python" -m pytest -m 'not browser' \
		tests/test_site.py tests/test_figures.py tests/test_languages.py tests/test_one_value.py tests/test_policy.py

lint: $(TESTS) ## Check format, style, types and imports of the code and of the chapters' cells; changes nothing
	@$(RUFF) check --quiet .
	@$(RUFF) format --quiet --check . || { echo "error: format the code: make format" >&2; exit 1; }
	@mkdir -p _build && scratch=$$(mktemp -d _build/.lint-XXXXXX) && trap 'rm -rf "$$scratch"' EXIT && \
	cp $(CHAPTERS) "$$scratch" && $(FORMAT_CELLS) "$$scratch"/*.md && status=0 && \
	for file in "$$scratch"/*.md; do diff -u "book/$${file##*/}" "$$file" || status=1; done && \
	{ [ $$status = 0 ] || { echo "error: format the chapters' cells: make format" >&2; exit 1; }; }
	@$(VENV)/bin/mypy --no-error-summary
	@! grep -q '^\[\[tool.importlinter.contracts' pyproject.toml || $(VENV)/bin/lint-imports

format: $(TESTS) ## Format the code and the chapters' cells as `make lint` wants them
	@$(RUFF) check --quiet --fix-only .
	@$(RUFF) format --quiet .
	@$(FORMAT_CELLS) $(CHAPTERS)

survive: $(TESTS) ## Kill, starve and mislead builds, and fuzz the loaders; prints what was tried
	@$(TWO) $(PY) -m pytest -m survive tests/survive

chapter: $(STAMP) ## Run one chapter with other values: NAME=recording PARAMS="hz_cap=30 since=1990" (without PARAMS, list them)
	@$(PY) -m sobe.pipeline chapter "$$NAME" "$$PARAMS"

# Jupyter refuses to run as root, whom containers use by default. It answers this machine alone, and
# only with its token, so we allow it.
override AS_ROOT = $$([ "$$(id -u)" != 0 ] || echo --allow-root)

lab: $(LAB) ## Open a chapter, or a notebook that `make chapter` wrote, in Jupyter Lab: NAME=recording or FILE=….ipynb
	@file=$$($(PY) -m sobe.pipeline notebook "$$NAME" "$$FILE") && echo "$$file (Ctrl-C stops)" && \
	$(dir $(LAB))bin/python -m jupyter lab --ServerApp.ip=127.0.0.1 $(AS_ROOT) "$$file"

messages: $(STAMP) ## Bring the message catalogues in book/locale up to date with the chapters
	@$(PY) -m sobe.pipeline messages

pdf: $(STAMP) ## Make the PDFs, one per language, in _build/pdf (only if something changed; needs Pango and fonts)
	@$(PY) -m sobe.pipeline pdf

verify: $(STAMP) ## Build this commit twice, in other places, zones and locales, and compare to the byte
	@$(PY) -m sobe.pipeline.release verify

changes: $(STAMP) ## Tell what changed in the data since the last release, and note it: VERSION=1.1.0
	@$(PY) -m sobe.pipeline.release changes "$$VERSION"

release: $(STAMP) ## Make a release of this commit in dist/ and publish it in dist/site: VERSION=1.0.0
	@$(PY) -m sobe.pipeline.release release "$$VERSION"

verify-release: $(STAMP) ## Check a release's sums, build its commit again and compare: DIR=dist/1.0.0
	@test -n "$$DIR" || { echo "error: say which release: make verify-release DIR=dist/1.0.0" >&2; exit 1; }
	@$(PY) -m sobe.pipeline.release verify-release "$$DIR"

publish: $(STAMP) ## Make dist/site, the site of all versions, from the releases in dist/
	@$(PY) -m sobe.pipeline.release publish

make-public: $(STAMP) ## Release a tag, keep it, push the site's branch: TAG=v1.0.0 STORE=folder REMOTE=origin
	@test -n "$$TAG" && test -n "$$STORE" && test -n "$$REMOTE" || { \
		echo "error: say what and where to: make make-public TAG=v1.0.0 STORE=folder REMOTE=origin" >&2; exit 1; }
	@$(PY) -m sobe.pipeline.release make-public "$$TAG" "$$STORE" "$$REMOTE"

links: book ## Ask every address in the pages and tables whether it answers (needs a network)
	@$(PY) bench/links.py

scenario: $(STAMP) ## Run the estimator's chapter with a scenario: FILE=scenarios/mouse-2030.yml
	@test -n "$$FILE" || { echo "error: say which scenario: make scenario FILE=scenarios/mouse-2030.yml" >&2; exit 1; }
	@$(PY) -m sobe.pipeline scenario "$$FILE"

sweep: $(STAMP) ## Estimate a grid of cases: FILE=scenarios/sweep-brains.yml (DASK=tcp://… for a cluster)
	@test -n "$$FILE" || { echo "error: say which sweep: make sweep FILE=scenarios/sweep-brains.yml" >&2; exit 1; }
	@$(PY) -m sobe.pipeline sweep "$$FILE" --dask "$$DASK"

serve: book ## Show the book on http://localhost:8000 (PORT=… for another port)
	@$(PY) -c 'import socket, sys; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", int(sys.argv[1])))' "$$PORT" 2>"$$(case "$$VERBOSE" in ""|0) echo /dev/null;; *) echo /dev/stderr;; esac)" || { \
		printf 'error: port %s is in use, or none to use here; name another: make serve PORT=8080\n' "$$PORT" >&2; exit 1; }
	@echo "http://localhost:$$PORT/ (Ctrl-C stops)"
	@$(PY) -m http.server --bind 127.0.0.1 --directory _build/html "$$PORT"

bench: $(TESTS) ## Time this build and its pages against plain Jupyter Book (N=… runs, 5 unless told)
	@$(PY) bench/bench.py --runs "$$N"
	@$(PY) bench/pages.py --runs "$$N"
	@$(PY) bench/growth.py

data: $(STAMP) ## Derive data/ again from the upstream repository: UPSTREAM=folder; without it, only what our tables give
	@$(PY) -m sobe.pipeline.derive $${UPSTREAM:+"$$UPSTREAM"}

source: $(STAMP) ## Add a source from its record in CSL-JSON, BibTeX or RIS: FILE=record.bib (or DOI=10.…, by network)
	@$(PY) -m sobe.pipeline.contribute source --file "$$FILE" --doi "$$DOI"

proposal: $(STAMP) ## Add the row that a filled issue form proposes, or say what is wrong with it: FILE=issue.md
	@$(PY) -m sobe.pipeline.contribute proposal --file "$$FILE"

forms: $(STAMP) ## Write the issue forms again from data/datapackage.json
	@$(PY) -m sobe.pipeline.contribute forms

check-upstream: $(STAMP) ## Check that data/ is what the upstream repository gives: UPSTREAM=folder
	@test -n "$$UPSTREAM" || { echo "error: say where the upstream repository is: make check-upstream UPSTREAM=folder" >&2; exit 1; }
	@$(PY) -m sobe.pipeline.derive --check "$$UPSTREAM"

override LOCK = "$$UV" pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file $(1)

# Tests: cffconvert asks for an older jsonschema than frictionless, and works with the newer one; it
# needs no docopt. The files for tests and Jupyter Lab list what requirements.txt does not, and are
# installed without resolving.
# Sphinx 9: what the book needs without Jupyter Book, which holds Sphinx back.
lock: ## Pin requirements*.in again in requirements*.txt, at their newest versions (needs uv)
	@command -v "$$UV" >/dev/null || { echo "error: make lock needs uv (pip install uv)" >&2; exit 1; }
	@$(call LOCK,requirements.txt) requirements.in
	@echo 'jsonschema>=4' | $(call LOCK,requirements-test.txt) --constraints requirements.txt \
		--overrides /dev/stdin --no-emit-package docopt requirements-test.in
	@$(call LOCK,requirements-lab.txt) --constraints requirements.txt requirements-lab.in
	@for file in requirements-test requirements-lab; do \
		awk 'NR == FNR { known[$$0]; next } /==/ { drop = $$0 in known } !drop' \
			requirements.txt $$file.txt > $$file.new && mv $$file.new $$file.txt || exit 1; done
	@sed '/^jupyter-book/d' requirements.in | $(call LOCK,requirements-next.txt) - requirements-next.in
audit: $(STAMP) ## List the licences of what is installed, and which pins PyPI has newer versions of
	@$(PY) bench/audit.py

clean: ## Remove what was built (the environment in .venv stays)
	@rm -rf _build

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' Makefile
	@echo "  With VERBOSE=1 an error also shows what git, pip, Dask or another tool said."

# Made from nothing, and marked complete only at the end. Where only pyproject.toml changed, the
# package alone is installed again.
define environment
@command -v "$$PYTHON" >/dev/null || { echo "error: there is no $$PYTHON here; install Python 3.11, 3.12 or 3.13, or name one: make PYTHON=/path/to/python3" >&2; exit 1; }
@"$$PYTHON" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	echo "error: $$PYTHON is $$("$$PYTHON" --version 2>&1); the book needs Python 3.11, 3.12 or 3.13: make PYTHON=/path/to/python3" >&2; exit 1; }
@$(call announce,Installing,$<,into)
@rm -rf $(@D)
@$(QUIETLY); quietly "no environment was made in $(@D); on Debian and Ubuntu: apt-get install python3-venv" "$$PYTHON" -m venv $(@D)
@$(BUILDS) $< > $(@D)/builds.txt
@$(INSTALL) $(PINNED) --no-deps -r $(@D)/builds.txt
@$(INSTALL) $(PINNED) -r $<
endef
override announce = tool=pip; if command -v "$$UV" >/dev/null; then tool=uv; fi; \
	echo "$(1) $$(grep -c '==' $(2)) packages of $(2) $(3) $(@D) with $$tool, once; this takes one to five minutes"

$(STAMP): requirements.txt pyproject.toml
$(NEXT): requirements-next.txt pyproject.toml
$(LAB): requirements.txt requirements-lab.txt pyproject.toml
$(STAMP) $(NEXT) $(LAB):
	$(if $(filter requirements%,$?),$(environment))
	$(if $(filter $(LAB),$@),@$(INSTALL) $(PINNED) --no-deps -r requirements-lab.txt)
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@pwd -P > $@

# Holds "begun" until it is finished, even if make is interrupted.
.PRECIOUS: $(TESTS)
$(TESTS): requirements-test.txt | $(STAMP)
	@$(call announce,Adding,$<,for tests and lint to)
	@echo begun > $@
	@$(INSTALL) $(PINNED) --no-deps -r $< || { rm -f $@; exit 1; }
	@pwd -P > $@
