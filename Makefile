# make demo: the whole round on the real document.   make test: all tests.   Both set up what they need in .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint fidelity bench templates docs clean-venv

demo: .venv/installed
	$(BIN)/python scripts/demo.py

test: .venv/installed-test
	$(BIN)/python -m pytest -q -n auto

lint: .venv/installed-test
	$(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: .venv/installed-test
	$(BIN)/python scripts/bench.py all

# the scorer and the corpus of real workbooks lie beside the checkout, not in it
fidelity: .venv/installed-test
	$(BIN)/python ../shared/tools/fidelity.py --corpus ../shared/corpus \
	  --cmd '$(abspath $(BIN))/python -m xltargets.excel.comments {in} {out} --sheet {sheet} --cell {cell} --text {text}' \
	  --undo '$(abspath $(BIN))/python -m xltargets.excel.comments --clean {in} {out}'

templates: .venv/installed-test
	$(BIN)/python scripts/build_templates.py && $(BIN)/python scripts/build_locale.py

.venv/installed: setup.cfg
	$(PYTHON) scripts/setup_venv.py
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[pandas]'
	touch $@

.venv/installed-test: setup.cfg .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@
