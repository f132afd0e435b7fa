# `make test` is what CI runs: all of it, nothing hidden.
.PHONY: build install test format lint units fixes wasm golden bench

CARGO ?= cargo

build:
	$(CARGO) build --locked --release

install:
	$(CARGO) install --locked --path .

test: format lint units fixes wasm

format:
	$(CARGO) fmt --all --check

lint:
	$(CARGO) clippy --locked --all-targets -- -D warnings
	$(CARGO) clippy --locked -p ecsplain-bench --all-targets -- -D warnings
	$(CARGO) clippy --locked --lib --no-default-features -- -D warnings

# cargo-nextest where it is installed; the corpus table is printed either way.
units:
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
	  $(CARGO) nextest run --locked; \
	else \
	  $(CARGO) test --locked --lib --bins --tests -- --nocapture; \
	fi
	$(CARGO) test --locked --doc
	$(CARGO) test --locked -p ecsplain-bench
	tests/speed/run
	tests/speed/instructions

# Every check and fix of every problem, by the real tools: aws, an HCL parser, the provider's names, bash.
fixes:
	$(CARGO) build --locked
	tests/fixes/run --self-test
	{ $${CARGO_TARGET_DIR:-target}/debug/ecsplain knowledge fixes; \
	  $${CARGO_TARGET_DIR:-target}/debug/ecsplain knowledge fixes --sample; } | sort -u | tests/fixes/run

wasm:
	tests/wasm/run

# Writes the expected reports and the coverage page anew. Read the difference.
golden:
	ECSPLAIN_UPDATE=1 $(CARGO) test --locked --test golden --test coverage
	ECSPLAIN_UPDATE=1 $(CARGO) test --locked --lib contract

# Measures beside ripgrep, Hyperscan, jq and others, and writes BENCHMARKS.md. Half an hour.
bench:
	bench/run
