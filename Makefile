# Every target sets up first what it needs; `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PYTHON := .venv/bin/python
FLOORS := app proctoring sync
HOUSE := $(FLOORS) installer
# Qt warns where the locale is not UTF-8, and in the tests a warning is an error.
UTF8 := LC_ALL=C.UTF-8

.PHONY: help demo test test-long soak check bench screenshots package test-package lock clean ready ready-for-tests

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ready ## one whole exam with a simulated candidate (ARGS="…" goes to `examroom demo`)
	@.venv/bin/examroom demo $(ARGS)

test: ready-for-tests ## all tests (ARGS="tests/sync -k journal" for some of them)
	@$(UTF8) $(PYTHON) -m pytest -n 2 --dist loadfile $(ARGS) \
		|| { echo 'make test: FAILED'; exit 1; }
	@echo 'make test: passed'

test-long: ready-for-long-tests ## the tests that take long (ARGS="-k soak" for some of them)
	@$(UTF8) $(PYTHON) -m pytest -m long $(ARGS) || { echo 'make test-long: FAILED'; exit 1; }
	@echo 'make test-long: passed'

soak: ready-for-tests ## two hours of recording, every picture and sample accounted for (ARGS="--seconds 600 --out FILE")
	@$(UTF8) $(PYTHON) -m tests.soak $(ARGS)

check: ready ## style, types and who may import whom
	@trap 'echo "make check: FAILED"' ERR; \
	$(PYTHON) -m ruff check $(HOUSE) tests; \
	$(PYTHON) -m ruff format --check $(HOUSE) tests; \
	$(PYTHON) -m mypy; \
	.venv/bin/lint-imports --no-logo
	@echo 'make check: passed'

bench: ready-for-tests ## measure what the architecture promises
	@$(UTF8) $(PYTHON) -m tests.bench $(ARGS)

screenshots: ready-for-tests ## every screen as a picture
	@$(UTF8) $(PYTHON) -m tests.screenshots $(ARGS)
	@$(UTF8) $(PYTHON) -m tests.handbook_pictures

package: ready ## the .deb files, their lists of files and bills of materials, into dist/ (ARGS="--only seat …")
	@$(PYTHON) -m installer.package $(ARGS)
	@echo 'make package: done'

test-package: ready-for-long-tests ## the packages in a clean system without a network: a seat's whole life (needs root)
	@[ "$$(id -u)" = 0 ] || { echo 'make test-package: needs root, for namespaces and mounts of its own'; exit 3; }
	@$(MAKE) package ARGS=
	@$(PYTHON) -m tests.installer.trial.base dist/*.deb
	@$(UTF8) unshare --mount --net --pid --fork --mount-proc --kill-child bash tests/installer/trial/within \
		$(PYTHON) -m pytest -m package tests/installer/trial $(ARGS) || { echo 'make test-package: FAILED'; exit 1; }
	@echo 'make test-package: passed; the figures are in build/trial/figures.json'

lock: ready ## write requirements.lock again from pyproject.toml (ARGS="--upgrade" for newer releases)
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate --extra dev $(ARGS) pyproject.toml -o requirements.lock
	@echo 'make lock: requirements.lock is up to date; the next target installs it'

clean: ## remove what the other targets made, .venv too
	@rm -rf .venv .demo dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find $(HOUSE) tests -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo 'make clean: done'

ready:
	@bash installer/bootstrap.sh

ready-for-tests:
	@bash installer/bootstrap.sh --tests

ready-for-long-tests:
	@bash installer/bootstrap.sh --long
