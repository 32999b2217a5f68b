# make demo   set-up, release build, and the main job on a model of our own
# make test   set-up, and all tests
# make bench  the benchmarks, quickly: our own scenarios against a copy of memory
# make benchmark  all that is measured, beside other tools, as a page with plots in out/benchmark (a quarter of an hour)
# make fuzz   strangers' bytes for every parser, ten minutes each
# make install    builds programs that need no Swift runtime, and puts them under PREFIX (/usr/local)
# make deb        the same as a package for Debian 12, in .build
# make wheel      the library as a Python package for numpy, in .build/wheel
# make docs       the pages of modules and verbs as DocC archives, in .build/docs
# make lint   formatting, declared imports, where unsafe code may stand

SHELL := /bin/bash -o pipefail

maquette := .build/release/maquette

fuzz_targets := glb obj stl ply off 3mf zip png jpeg webp multipart json mcp
FUZZ_TARGETS ?= $(fuzz_targets)
FUZZ_SECONDS ?= 600

PREFIX ?= /usr/local
static := .build/static/release
# A library does not find the runtime's parts by itself, as programs do.
runtime = $(abspath $(dir $(shell readlink -f "$$(command -v swift)"))/../lib/swift_static/linux)

.PHONY: setup build static wheel install packager deb demo test bench benchmark docs fuzz lint clean

setup:
	@.ci/setup

build: setup
	swift build -c release --product maquette
	swift build -c release --product maquette-assimp

# Apart, because everything is linked anew.
static: setup
	swift build -c release --static-swift-stdlib --scratch-path .build/static --product maquette
	swift build -c release --static-swift-stdlib --scratch-path .build/static --product maquette-assimp

# The build tool links libraries to the toolchain's runtime whatever it is told; so it is linked once more, with the
# runtime within, and stripped of what only a debugger reads.
wheel: setup
	@python3 -m venv --help >/dev/null || { echo "make wheel needs the package python3-venv" >&2; exit 1; }
	swift build -c release --static-swift-stdlib --scratch-path .build/static --product maquette-c -Xlinker -L$(runtime)
	swift build -c release --static-swift-stdlib --scratch-path .build/static --product maquette-assimp
	rm -rf .build/wheel && mkdir -p .build/wheel && cp -r python .build/wheel/source
	swiftc -emit-library -static-stdlib -o .build/wheel/libmaquette-c.so @$(static)/maquette-c.product/Objects.LinkFileList \
	  -L$(runtime) $$(pkg-config --libs-only-L hdf5) -ldraco -lOpenEXR-3_1 -lImath-3_1 -lIex-3_1
	@! ldd .build/wheel/libmaquette-c.so | grep libswift || { echo "the library wants the Swift runtime" >&2; exit 1; }
	strip -o .build/wheel/source/maquette/libmaquette-c.so --strip-unneeded .build/wheel/libmaquette-c.so
	strip -o .build/wheel/source/maquette/maquette-assimp $(static)/maquette-assimp
	python3 -m venv .build/wheel/environment
	.build/wheel/environment/bin/pip wheel -q --no-deps -w .build/wheel .build/wheel/source
	@ls .build/wheel/*.whl

install: static
	packaging/install $(static) "$(PREFIX)"

deb: packager static
	packaging/deb $(static)

packager:
	@command -v dpkg-shlibdeps >/dev/null || { echo "make deb needs the package dpkg-dev" >&2; exit 1; }

docs: build
	packaging/docs $(maquette)

demo: build
	@mkdir -p out
	$(maquette) sample -o out/lighthouse.glb
	$(maquette) dataset out/lighthouse.glb --preset 100x800 -o out/lighthouse.zip --contact-sheet out/lighthouse.png
	@echo
	@echo "out/lighthouse.zip is a training set of 100 views; out/lighthouse.png shows twelve of them."
	@echo "Next, with a model of your own:"
	@echo "  $(maquette) inspect MODEL.glb"
	@echo "  $(maquette) dataset MODEL.glb --preset 196x1024 --coverage sphere -o SET.zip"
	@echo "  $(maquette) dataset --help"

test:
	@.ci/setup --peers
	swift build -c release --build-tests
	@MAQUETTE_REQUIRE_PEERS=1 swift test -c release --skip-build 2>&1 | tee .build/test.log || \
	  { echo; echo "what failed:"; grep -A 3 "recorded an issue" .build/test.log | cut -c 1-1000; exit 1; }

benchmark:
	@.ci/setup --rivals
	swift build -c release --product maquette
	swift build -c release --product benchmark
	.build/rivals/bin/python Benchmarks/report.py out/benchmark; status=$$?; \
	  .build/rivals/bin/python Benchmarks/page.py out/benchmark && exit $$status

bench: setup
	swift run -c release benchmark

# What each finds is kept in .build/fuzz; the first finding ends it. (Foundation keeps some of what it made for a
# child process, which models of foreign formats in a ZIP have one of: no leaks are looked for there.)
fuzz: setup
	MAQUETTE_FUZZ=1 swift build -c release --scratch-path .build/fuzz --product fuzz
	@set -e; for target in $(FUZZ_TARGETS); do \
	  echo "$$target: $(FUZZ_SECONDS) s"; \
	  mkdir -p .build/fuzz/corpus/$$target .build/fuzz/findings/$$target; \
	  ASAN_OPTIONS=detect_leaks=$$([ $$target = zip ] && echo 0 || echo 1) \
	  SWIFT_BACKTRACE=enable=no FUZZ_TARGET=$$target .build/fuzz/release/fuzz \
	    -max_total_time=$(FUZZ_SECONDS) -timeout=25 -rss_limit_mb=4000 -print_final_stats=1 \
	    -artifact_prefix=.build/fuzz/findings/$$target/ \
	    .build/fuzz/corpus/$$target Tests/FuzzTests/Corpus/$$target \
	    2> .build/fuzz/$$target.log || { tail -30 .build/fuzz/$$target.log; exit 1; }; \
	  grep -E "stat::number_of_executed_units|^Done" .build/fuzz/$$target.log; \
	done

lint: setup
	swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks
	swift build -c release --explicit-target-dependency-import-check error
	.ci/unsafe

clean:
	swift package clean
	rm -rf out
