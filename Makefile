# Everything goes through .venv, which `make setup` creates; nothing else on the machine is changed.
# A clone needs Python 3.11 or newer, pip and make.

PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
INSTALL := $(UV) pip install --quiet --require-hashes --compile-bytecode
TORCH := 2.13.0

.PHONY: setup run test test-more check evals torture audit sbom vectors screenshots lock clean

setup: .venv/run.stamp

# The report, where its file is given, is added before the page is served: make run REPORT=path
run: setup
	@$(BIN)/python -m ingest $(if $(REPORT),"$(REPORT)")
	@exec $(BIN)/streamlit run app.py

# What fails beside the others is tried once more alone: both are shown, and only what fails alone too is a failure.
# Assertions explain themselves then only, which takes each worker ten seconds to prepare.
TOGETHER := $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --assert=plain --durations=20
ALONE := $(BIN)/python -m pytest --last-failed --last-failed-no-failures=none --maxfail=3

# What every commit is tried with: the cases of tier A, and all that is short and needs no browser.
test: .venv/dev.stamp
	$(TOGETHER) --tier A --cases=var/tests.json || $(ALONE)

# The rest: tests of tier B's cases, of pages as they are read, and what is marked as long.
test-more: .venv/dev.stamp
	$(TOGETHER) --tier B --cases=var/more-tests.json || $(ALONE)

check: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

evals: .venv/dev.stamp
	$(BIN)/python -m evals

# Hours; goes on where it was ended. A part: make torture ONLY="S1 S4" TRIALS=20; a soak of 10 minutes: SHORT=1
torture: .venv/dev.stamp
	$(BIN)/python -m evals torture $(if $(ONLY),--only $(ONLY)) $(if $(TRIALS),--trials $(TRIALS)) $(if $(SHORT),--short)

# Fails where a hole has no exception in requirements/audit.toml, or the vulnerability service gave no answer.
audit: .venv/dev.stamp
	$(BIN)/python -m evals audit

sbom: .venv/dev.stamp
	$(BIN)/python -m evals sbom

# After a change of the bundled works or of their engine: a test fails until then.
vectors: .venv/dev.stamp
	$(BIN)/python -m evals vectors

screenshots: .venv/dev.stamp
	$(BIN)/python -m tests.browser.screenshots

.venv/bin/uv:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt

.venv/run.stamp: .venv/bin/uv requirements/run.txt
	$(INSTALL) -r requirements/run.txt
	@touch $@

# torch comes by pip, which finds a CPU build on machines that offer one.
.venv/dev.stamp: .venv/run.stamp requirements/dev.txt
	$(BIN)/python -c "import torch" 2>/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check torch==$(TORCH)
	$(INSTALL) --no-deps -r requirements/dev.txt
	@touch $@

# Locks carry hashes and no download addresses.
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
lock: .venv/bin/uv
	echo "uv" | $(COMPILE) - -o requirements/uv.txt
	$(COMPILE) pyproject.toml -o requirements/run.txt
	$(COMPILE) pyproject.toml --group dev --override requirements/without.txt -o requirements/dev.txt

clean:
	rm -rf .venv var
