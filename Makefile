SETUP := python3 scripts/setup.py
PYTHON := .venv/bin/python

.PHONY: help setup demo up down test lint bench screenshots
.DEFAULT_GOAL := help

help:
	@echo "make demo          the main job on real speech, from an empty machine"
	@echo "make up            start Argot in the background; make down ends it"
	@echo "make test          all tests; ARGS='tests/unit -k name' chooses"
	@echo "make lint          ruff, mypy, import-linter"
	@echo "make bench NAME=…  one benchmark of bench/"
	@echo "make screenshots  pictures of the panel, into docs/panel"
	@echo "make setup         what the others do first: packages and .venv"

setup:
	@$(SETUP) test

demo:
	@$(SETUP) demo
	@$(PYTHON) -m argot.demo

up:
	@$(SETUP) up
	@$(PYTHON) -m argot.stack up

down:
	@$(SETUP) up
	@$(PYTHON) -m argot.stack down

# Files keep their order: xdist would put those of few tests, which are the longest, at the end.
test:
	@$(SETUP) test
	@$(PYTHON) -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

lint:
	@$(SETUP) lint
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

bench:
	@$(SETUP) bench
	@$(PYTHON) -m bench.$(NAME)

screenshots:
	@$(SETUP) test
	@$(PYTHON) -m scripts.screenshots
