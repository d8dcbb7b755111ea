# make demo   set everything up and see the whole main job on the phantom bones
# make test   set everything up and run all tests, the viewer's included
# make view   open the workspace
# make lint   ruff, mypy, import contracts
# Choose with: make demo PYTHON=python3.12 QT=pyqt6 ARGS="--hold-out bone_3"
# make test EXTRAS=,kernels ARGS=tests/learning/losses/test_fused.py tests the GPU kernels without a GPU (1 GB more)
.POSIX:
.PHONY: demo test view lint pictures clean
.DEFAULT_GOAL := help

PYTHON ?= python3
QT ?= pyqt5
VENV ?= .venv
ARGS ?=
EXTRAS ?=
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check -q
READY = $(VENV)/.ready-$(QT)$(EXTRAS)

help:
	@sed -n '/^#/!q; s/^# //p' Makefile

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "napari-rpdl needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Could not make a virtual environment. On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; }

# torch comes first and pinned, so that no resolver picks a larger build of it.
$(READY): $(BIN)/python pyproject.toml .ci/constraints.txt
	@echo "Setting up $(VENV) (once; a few minutes) ..."
	@$(PIP) install -c .ci/constraints.txt "$$(grep '^torch==' .ci/constraints.txt)"
	@$(PIP) install -c .ci/constraints.txt -e ".[$(QT),test,lint$(EXTRAS)]"
	@touch $(READY)

demo: $(READY)
	@.ci/system-libraries
	@QT_API=$(QT) $(BIN)/napari-rpdl demo $(ARGS)

view: $(READY)
	@.ci/system-libraries
	@QT_API=$(QT) $(BIN)/napari-rpdl view $(ARGS)

test: $(READY)
	@.ci/system-libraries --display
	@QT_API=$(QT) .ci/on-display $(BIN)/python -m pytest -q -n 2 -o qt_api=$(QT) $(ARGS)

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

pictures: $(READY)
	@.ci/system-libraries --display
	@QT_API=$(QT) .ci/on-display $(BIN)/python docs/screenshots.py
	@QT_API=$(QT) .ci/on-display $(BIN)/python docs/grading_screenshots.py
	@QT_API=$(QT) .ci/on-display $(BIN)/python docs/drilling_pictures.py
	@$(BIN)/python docs/figures.py

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache
