# `make` alone lists the targets.

VENV := .venv
PYTHON := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed

.PHONY: help run test check format

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

run: $(INSTALLED) ## open the window (make run ARGS=photo.jpg opens a picture)
	@$(PYTHON) -P -m explorer $(ARGS)

# In the order of the folders: files that share a process with TensorFlow follow each other.
test: $(INSTALLED) ## run all tests, without a display (make test ARGS=tests/core runs some)
	QT_QPA_PLATFORM=offscreen $(PYTHON) -m pytest --numprocesses 2 --dist loadfile \
		--no-loadscope-reorder $(ARGS)

check: $(INSTALLED) ## lint and type-check: ruff, mypy, import rules
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy
	$(VENV)/bin/lint-imports --no-logo

format: $(INSTALLED) ## fix and format the code with ruff
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format

# A second start installs nothing: this file is newer than what decides what is installed.
$(INSTALLED): pyproject.toml constraints.txt setup/install.sh setup/system_packages.py
	@sh setup/install.sh $(VENV)
	@touch $@
