# Two commands for a newcomer: `make demo` and `make test`. Both set up everything they need in .venv by themselves.
.DEFAULT_GOAL := help
.PHONY: help setup models llamacpp isolated demo test lint types direction check format bench airgap clean

VENV := .venv
BIN := $(VENV)/bin
# The first interpreter that is new enough; `uv` serves where there is none.
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$p; break; fi; done)
UV := $(shell command -v uv 2>/dev/null)
HINT_Darwin := brew install python@3.12
HINT_Linux := sudo apt-get install -y python3 python3-venv    (or your distribution's Python 3.11 or newer)
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

$(BIN)/python:
ifneq ($(PYTHON),)
	@echo "Setting up $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1,<27'
else ifneq ($(UV),)
	@echo "Setting up $(VENV) with uv"
	@$(UV) venv --quiet --seed --python '>=3.11' $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1,<27'
else
	@echo "likeness needs Python 3.11 or newer, or uv, and found neither. This installs one:"
	@echo "    $(HINT_$(shell uname -s))"
	@exit 1
endif

$(VENV)/.core: $(BIN)/python pyproject.toml
	@echo "Installing likeness and what it needs …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	@echo "Installing the tools for tests …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@

$(VENV)/.models: $(VENV)/.dev
	@echo "Installing MLX, PyTorch and what the engines are compared with …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group models
	@# Its own requirements are of 2022 and would not bear ours; only its network is compared with.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target $(VENV)/peers openvoice-cli==0.0.5
	@touch $@

# PyTorch's CPU build is enough: where pip would fetch the one with CUDA, install the CPU build into .venv before this.
models: $(VENV)/.models ## what the tests of language models need; without it they are skipped

llamacpp: $(VENV)/.models ## build llama.cpp, against which exports are tested (needs a C++ compiler; nine CPU minutes)
	@scripts/build_llama_cpp.sh

isolated: $(VENV)/.models ## environments in which the tests drive XTTS and Parler-TTS; without them those are skipped
	@$(BIN)/python scripts/make_isolated_environments.py

setup: $(VENV)/.core ## install the command `likeness` into .venv

demo: $(VENV)/.core ## the whole job on the example person; results in demo/
	@$(BIN)/python examples/demo.py

test: $(VENV)/.dev ## all tests
	@$(BIN)/python -m pytest -n auto

lint: $(VENV)/.dev ## style
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.dev ## mypy --strict on the package
	@$(BIN)/mypy

direction: $(VENV)/.dev ## who may import whom
	@$(BIN)/lint-imports

check: lint types direction ## everything but the tests

format: $(VENV)/.dev ## put the code in order
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.dev ## all comparisons; each prints a table and a line of JSON
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group bench
	@for name in corpus style voice gateway; do $(BIN)/python -m bench.$$name || exit 1; done

airgap: $(VENV)/.dev ## the demo and the end-to-end tests where no network exists (Linux)
	@scripts/airgap.sh

clean: ## remove the environment and the demo
	@rm -rf $(VENV) demo build dist
