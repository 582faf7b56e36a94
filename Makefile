# SPDX-License-Identifier: Apache-2.0
# The two commands of README: `make demo` and `make test`. Everything else serves them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
JOBS ?= $(shell nproc)
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

BUILD_PACKAGES := g++ cmake ninja-build pkg-config libsodium-dev libssl-dev libfmt-dev \
  nlohmann-json3-dev libexpected-dev libcli11-dev libtomlplusplus-dev libpugixml-dev libicu-dev \
  zlib1g-dev libbrotli-dev libstb-dev libopencv-core-dev libopencv-imgproc-dev libpng-dev libjpeg62-turbo-dev \
  libwebp-dev libtiff-dev libgif-dev libheif-dev \
  libavformat-dev libavcodec-dev libavutil-dev libswresample-dev fonts-noto-cjk python3-fonttools \
  libsqlite3-dev libarchive-dev libseccomp-dev libpq-dev
TEST_PACKAGES := catch2 libimage-exiftool-perl webp ffmpeg gifsicle libheif-examples libtiff-tools \
  openssl strace libopencv-imgcodecs-dev libopencv-photo-dev \
  postgresql-15 libarchive-tools unzip python3-numpy python3-pil
# Hosts whose adapters are small to install: built and tested by `make test`. A host that is missing is left out.
HOST_PACKAGES := frei0r-plugins-dev libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev gstreamer1.0-tools \
  gstreamer1.0-plugins-base gstreamer1.0-plugins-good lv2-dev lilv-utils ladspa-sdk sox
# The rest of them: `make plugins`.
ALL_HOST_PACKAGES := $(HOST_PACKAGES) melt gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly libvips-dev libvips-tools \
  apache2 gimp libgimp2.0-dev obs-studio libobs-dev xvfb
# The Chinese language model of the benchmark of generation-time marks.
BENCH_PACKAGES := libime-data-language-model libimecore-dev libfcitx5utils-dev
LINT_PACKAGES := clang-format-14 clang-tidy-14
NODE_MODULES := build/foreign/node_modules
LLAMA := build/llama

# Installs only what is missing, so that a machine that has it all needs no network.
define need
@missing=$$(for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
if [ -n "$$missing" ]; then echo "installing:" $$missing; \
  $(SUDO) apt-get update -q && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -q -y --no-install-recommends $$missing; fi
endef

.PHONY: help deps test-deps lint-deps build demo test plugins bench lint analyze asan tsan fuzz install clean node llama

help:
	@echo "make demo    install packages, build, and run the main job on a real picture"
	@echo "make test    install packages, build, and run every fast test"
	@echo "make build   build build/signmark and build/libsignmark.so"
	@echo "make plugins install all host programs, and test every plugin in its host"
	@echo "make bench   run the benchmarks that print the figures of README"
	@echo "make lint    clang-format and clang-tidy (LINT_MINUTES=N stops there);  make analyze  the same with clang's analyser"
	@echo "make asan    the tests under AddressSanitizer and UBSan;  make tsan  under ThreadSanitizer"
	@echo "make fuzz    30 s of libFuzzer for each parser (FUZZ_SECONDS=N)"
	@echo "make install DESTDIR=… PREFIX=…"

deps:
	$(call need,$(BUILD_PACKAGES))

test-deps: deps
	$(call need,$(TEST_PACKAGES))
	-$(call need,$(HOST_PACKAGES))

lint-deps: deps
	$(call need,$(LINT_PACKAGES) catch2)

build: deps
	@cmake --preset release -DBUILD_TESTING=OFF -DCMAKE_INSTALL_PREFIX=$(or $(PREFIX),/usr/local) >/dev/null
	cmake --build build -j$(JOBS)

demo: build
	bash cli/demo.sh build/signmark

# The outside judges of our C2PA files; without npm the tests that need them say so and are skipped.
node:
	@command -v npm >/dev/null || { $(SUDO) apt-get update -q; $(SUDO) apt-get install -q -y --no-install-recommends nodejs npm; } || true
	@[ -d $(NODE_MODULES) ] || { mkdir -p build/foreign && cp tests/foreign/package.json build/foreign/ && \
	  (cd build/foreign && npm install --ignore-scripts --no-audit --no-fund >/dev/null) || \
	  echo "npm install failed: the foreign C2PA validators are skipped"; }

# llama.cpp for its plugin's test, from npm; without it that test says so and is skipped.
llama: node
	@bash plugins/llama/fetch.sh $(LLAMA) || echo "npm pack failed: the llama.cpp plugin is not built and its test is skipped"

test: test-deps node llama
	@cmake --preset release -DBUILD_TESTING=ON -DCMAKE_INSTALL_PREFIX=$(or $(PREFIX),/usr/local) >/dev/null
	cmake --build build -j$(JOBS)
	C2PA_NODE_MODULES=$(CURDIR)/$(NODE_MODULES) ctest --test-dir build --output-on-failure -j$(JOBS)

# Every adapter, end to end in its real host.
plugins: test-deps node
	$(call need,$(ALL_HOST_PACKAGES))
	@cmake --preset release -DBUILD_TESTING=ON >/dev/null
	cmake --build build -j$(JOBS)
	ctest --test-dir build --output-on-failure -C slow -R plugin_

bench: test-deps llama
	$(call need,$(BENCH_PACKAGES))
	@cmake --preset release -DBUILD_TESTING=ON >/dev/null
	cmake --build build -j$(JOBS) --target all robustness_bench generation_bench
	bash tests/bench/run_all.sh build

lint: lint-deps
	bash tests/lint.sh $(if $(LINT_MINUTES),--minutes $(LINT_MINUTES))

analyze: lint-deps
	bash tests/lint.sh --deep

asan tsan: test-deps
	@cmake --preset $@ >/dev/null
	cmake --build build-$@ -j$(JOBS)
	ctest --test-dir build-$@ --output-on-failure -j$(JOBS) -LE program

fuzz:
	$(call need,$(BUILD_PACKAGES) clang-16 libclang-rt-16-dev catch2)
	@cmake --preset fuzz >/dev/null
	cmake --build build-fuzz -j$(JOBS) --target fuzz
	bash tests/fuzz/run.sh build-fuzz $(or $(FUZZ_SECONDS),30)

install: build
	cmake --install build

clean:
	rm -rf build build-dev build-asan build-tsan build-fuzz
