# make demo   set-up, release build, and the main job on a model of our own
# make test   set-up, and all tests
# make bench  the benchmarks
# make lint   formatting, declared imports, where unsafe code may stand

maquette := .build/release/maquette

.PHONY: setup build demo test bench lint clean

setup:
	@.ci/setup

build: setup
	swift build -c release --product maquette
	swift build -c release --product maquette-assimp

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
	MAQUETTE_REQUIRE_PEERS=1 swift test -c release --skip-build

bench: setup
	swift run -c release benchmark

lint: setup
	swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks
	swift build -c release --explicit-target-dependency-import-check error
	.ci/unsafe

clean:
	swift package clean
	rm -rf out
