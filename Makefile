# traque: every target sets itself up on a fresh machine (Python 3.11+, a Rust toolchain, GNU make).
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUST := $(shell find rust -name fuzz -prune -o \( -name '*.rs' -o -name Cargo.toml \) -print) Cargo.toml Cargo.lock
READY := $(VENV)/.ready

.PHONY: help setup demo test test-arm lint bench fuzz wheel data clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Make .venv with traque (release kernel) and the tools for its development

$(READY): pyproject.toml $(RUST)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/maturin develop --release --quiet > /dev/null
	@touch $@

demo: setup ## Hunt a bulletin through a small estate, and check the answer against what was planted
	$(BIN)/python tools/demo.py

test: setup ## Run the whole suite (Rust and Python)
	cargo test --quiet --release --package traque-kernel --package traque-ledger
	$(BIN)/python -m pytest

ARM := aarch64-unknown-linux-gnu
test-arm: export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER := aarch64-linux-gnu-gcc
test-arm: export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER := qemu-aarch64-static -L /usr/aarch64-linux-gnu
test-arm: ## The kernel's tests for AArch64, emulated (Debian: qemu-user-static, gcc-aarch64-linux-gnu)
	rustup target add $(ARM)
	cargo clippy --quiet --release --lib --tests --target $(ARM) --package traque-kernel -- -D warnings
	cargo test --quiet --release --target $(ARM) --package traque-kernel

lint: setup ## ruff, mypy, clippy, rustfmt
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	cargo fmt --check
	cargo clippy --quiet --release --all-targets -- -D warnings

bench: setup ## Measure against ripgrep, Hyperscan and others; raw results go to benchmarks/runs/
	$(BIN)/python -m benchmarks

FUZZ_SECONDS ?= 60
fuzz: export PATH := $(abspath target/tools/bin):$(PATH)
fuzz: setup ## Fuzz the kernel and the readers, FUZZ_SECONDS (60) for each target; see docs/fuzzing.md
	cargo fuzz --version > /dev/null 2>&1 || cargo install --quiet --locked --root target/tools cargo-fuzz
	for target in scanner timestamps; do \
		mkdir -p target/fuzz/corpus/$$target && (cd rust/traque-kernel && \
		cargo fuzz run --sanitizer none --target-dir ../../target/fuzz $$target \
			../../target/fuzz/corpus/$$target fuzz/corpus/$$target \
			-- -max_total_time=$(FUZZ_SECONDS) -timeout=60 -print_final_stats=1) || exit 1; \
	done
	$(BIN)/python tools/fuzz.py --seconds $(FUZZ_SECONDS) --keep target/fuzz/findings

wheel: setup ## Build a wheel, and a wheelhouse that installs without network or Rust
	rm -rf dist
	$(BIN)/maturin build --release --out dist
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --wheel-dir dist dist/traque-*.whl
	@echo "install it anywhere with: pip install --no-index --find-links dist traque"

data: setup ## Pack the reference data again from the pinned packages (tools/pack.py); needs the network
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group pack
	$(BIN)/python tools/pack.py

clean: ## Remove what the other targets made
	rm -rf $(VENV) target dist demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
