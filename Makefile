# Newsroom, from a checkout. `make` explains itself.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
PORT ?= 8000
# Tests take a process for each of this many cores.
JOBS ?= 2
export PORT

.DEFAULT_GOAL := help
.PHONY: help demo test lint types bench pictures lock clean

help: ## Show what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

demo: $(VENV)/runtime ## Set everything up, load the demo content and serve it on PORT (8000)
	@exec $(RUN) manage.py demo

test: $(VENV)/development ## Run all tests; chromium is needed for those in tests/e2e (ARGS="-k word")
	$(VENV)/bin/pytest -n $(JOBS) $(ARGS)

lint: $(VENV)/development ## Check style and format
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: $(VENV)/development ## Check types
	$(VENV)/bin/mypy

bench: $(VENV)/runtime ## Measure what we promise about speed (BENCH="ledger history site")
	$(RUN) -m benchmarks $(BENCH)

pictures: $(VENV)/development ## Take the pictures of README and docs anew, of the demo content
	NEWSROOM_PICTURES=1 $(VENV)/bin/pytest tests/e2e/test_looks.py tests/e2e/test_pictures.py tests/e2e/test_guide.py

lock: $(VENV)/development ## Lock the newest versions that requirements*.in allow
	cd $(CURDIR) && for set in requirements requirements-dev; do \
	  $(VENV)/bin/uv pip compile $$set.in --upgrade --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --no-header --quiet --output-file $$set.txt \
	    > /dev/null || exit 1; done

clean: ## Remove caches, test databases and the virtual environment; demo content stays
	@if [ -x $(RUN) ]; then $(RUN) -c "from pathlib import Path; \
	  from newsroom import embedded_postgres as server; \
	  server.stop(Path('var/postgres')); server.remove(Path('var/test-postgres')); \
	  server.remove_copied_binaries()"; fi
	rm -rf $(VENV) var/test-postgres var/test-postgres.lock var/test-screenshots var/static
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The virtual environment, made anew when the locked versions change. Development has all of it,
# so the runtime is complete as well where development is.
$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime: requirements.txt | $(VENV)/bin/python
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/development: requirements-dev.txt requirements.txt | $(VENV)/bin/python
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/runtime
