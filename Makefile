# make demo | test | lint | unit | runs | emulate | conformance | clients | mutants | keyring | leaks | faults | campaign | logger | librec | cluster | approval | wild | docs | prose | package | matrix | bench | gallery | audit | lock | clean
# Needs python3 (3.11 or newer) and make; everything else is installed into .venv.

PYTHON ?= python3
BIN := $(CURDIR)/.venv/bin
READY := .venv/.ready
LOCK := requirements-dev.lock
export PATH := $(BIN):$(PATH)

.PHONY: demo test lint unit runs emulate conformance clients mutants keyring leaks faults campaign logger librec cluster approval wild docs prose package matrix matrix-smoke bench gallery audit lock clean

demo: $(READY)
	workflow/demo.sh

test: lint unit

# What `make test` has of tests/runs.
FEW := tests/runs/test_steps.py

lint: $(READY)
	ruff check .
	ruff format --check .
	mypy
	lint-imports
	snakefmt --check rules workflow slack_wrapper/test/Snakefile

# Suites that have targets of their own.
SLOW := runs leaks faults logger_runs librec cluster approval_runs docs_run wild conformance clients

unit: $(READY)
	pytest -n 2 -m "not secret_service" $(SLOW:%=--ignore tests/%) tests
	pytest -n 2 $(FEW)

# Real Snakemake runs of all that steps, hooks and commands do.
runs: $(READY)
	pytest -n 2 tests/runs

# The client suite against a third-party Slack server from npm.
emulate: $(READY)
	tests/emulate/run

# All that the product sends, captured from real runs, checked by the types that Slack publishes.
# NEWEST=1: by the newest of npm, to learn what is new.
conformance: $(READY)
	tests/conformance/run

# Clients that others wrote, against our sandbox.
clients: $(READY)
	tests/clients/run

# Changes a module in many small ways, each of which a test should notice; prints which it does not.
# Takes long: MUTANTS="retry pacing" for some modules only.
mutants: $(READY)
	tests/mutants/run $(MUTANTS)

# The password sources against a real GNOME Secret Service.
keyring: $(READY)
	tests/secret_service/run

# Real runs, searched for the password and the token, once for each way to give the password.
leaks: $(READY)
	pytest -n 2 -m "not secret_service" tests/leaks

# The logger plugin on real runs, however they end and whatever Slack does meanwhile.
logger: $(READY)
	pytest -n 2 tests/logger_runs

# Every fault at every call, over real runs: nothing lost, nothing doubled; prints one table.
faults: $(READY)
	pytest tests/faults

# Another campaign of kills, with a Slack and a workflow of its own: SEEDS runs of 25 mixed steps,
# killed anywhere and run again; one row a seed, ten to twenty seconds of two cores each.
SEEDS ?= 30
campaign: $(READY)
	python -m tests.campaign --seeds $(SEEDS)

# The site, strictly: no link leads nowhere; its English; then every command and Snakefile in it is run.
docs: $(READY) prose
	NO_MKDOCS_2_WARNING=1 mkdocs build --quiet
	pytest -n 2 tests/docs_run

# The English of docs, errors and help texts, against a word list.
prose: $(READY)
	tests/prose/run

# The wheel in a fresh venv, used as the README says.
package: $(READY)
	tests/package_run/package

# The wheel with the oldest and the newest dependencies, on each Python that is here.
matrix: $(READY)
	tests/package_run/matrix

# A part of it for CI: fewer tests, one Python.
matrix-smoke: $(READY)
	tests/package_run/matrix --smoke

# librec-auto itself, from PyPI in a venv of its own, with our script in the place of its own.
librec: $(READY)
	tests/librec/run

# Questions in real runs, answered by scripted people: outages, kills, restarts.
approval: $(READY)
	pytest -n 2 tests/approval_runs

# Workflows that are not ours, their jobs stubbed: plain, with --logger slack and with our rules, which
# must be the same. Any other: make wild WORKFLOW=FOLDER STUDY="--fail RULE -- --configfile C"
wild: $(READY)
	tests/wild/run $(if $(WORKFLOW),"$(WORKFLOW)") $(STUDY)

# Compute jobs on a real Slurm and on cluster-generic, Slack steps here.
cluster: $(READY)
	tests/cluster/run

# Side by side with others, in one table; BENCH=--quick only looks whether all of it works.
bench: $(READY)
	python -m benchmarks $(BENCH)

$(READY): pyproject.toml $(LOCK)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "python3 is older than 3.11; give another: make PYTHON=python3.12 …" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --require-hashes --requirement $(LOCK)
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# The newest of everything that .venv has, for each Python and system, with hashes; then: make test
lock:
	$(PYTHON) -m venv .build/lock
	.build/lock/bin/python -m pip install --quiet uv
	.build/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --custom-compile-command "make lock" --extra demo --group dev pyproject.toml --output-file $(LOCK)

# The pictures of docs/gallery.md, from its own code; needs a Chromium, which it installs on Debian.
gallery: $(READY)
	python docs/pictures/gallery.py

# What is installed: a bill of materials in .build/sbom.json, and what is known against it. The list of
# weaknesses comes from the network; where it cannot be had, --strict lets this fail.
audit: $(READY)
	$(PYTHON) -m venv .build/audit
	.build/audit/bin/pip install --quiet pip-audit cyclonedx-bom
	.build/audit/bin/cyclonedx-py environment --output-reproducible --output-file .build/sbom.json $(BIN)/python
	.build/audit/bin/pip-audit --strict --progress-spinner off --skip-editable --path "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"

clean:
	rm -rf .build .snakemake results slack
