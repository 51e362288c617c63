# What can be asked of this project in one word; `make` alone lists them.

VENV := .venv
PYTHON := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed

.PHONY: help run test check format

help: ## list these words
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

run: $(INSTALLED) ## open the window (make run ARGS=photo.jpg opens a picture in it)
	@$(PYTHON) -m explorer $(ARGS)

test: $(INSTALLED) ## run all tests, without a display (make test ARGS=tests/core runs some)
	QT_QPA_PLATFORM=offscreen $(PYTHON) -m pytest --numprocesses 2 --dist loadfile $(ARGS)

check: $(INSTALLED) ## look for faults without running the program: ruff, mypy, import rules
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy
	$(VENV)/bin/lint-imports --no-logo

format: $(INSTALLED) ## let ruff mend and arrange the code
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format

# A second start installs nothing: this file is newer than what decides what is installed.
$(INSTALLED): pyproject.toml constraints.txt setup/install.sh setup/system_packages.py
	@sh setup/install.sh $(VENV)
	@touch $@
