# Every target works alone, first, on a bare Debian or Ubuntu with Swift, make and git: what else
# it needs it installs (.ci/install-dependencies), and only what is missing.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

# Warnings are errors on a build server; Package.swift reads the variable.
ifeq ($(CI),true)
export AUTODISTILL_STRICT := 1
endif

autodistill := .build/release/autodistill
quickstart := Results/fashion-mnist-quickstart
microcontroller := Results/fashion-mnist-microcontroller

# A study that check-all lets faults loose on besides small ones, and the seed of the faults.
STUDY ?= $(quickstart)/study.json
SEED ?= 1

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: quickstart
quickstart: packages-and-data build ## From a device budget to distilled students and a report, on Fashion-MNIST
	$(autodistill) run $(quickstart)
	@echo "The report: $(quickstart)/report/index.html (for a browser), $(quickstart)/report/report.md"

.PHONY: build
build: packages ## Build the command, optimised for this machine's processor
	swift build -c release --product autodistill
	@echo "The command: $(autodistill)"

.PHONY: test
test: packages-and-data ## Build and run all tests, optimised; open reports in Chromium where it is
	rm -rf .build/pages && mkdir -p .build/pages
	AUTODISTILL_PAGES_FOLDER=$(CURDIR)/.build/pages .ci/test
	PAGES=.build/pages .ci/check-page

.PHONY: lint
lint: ## Check the formatting, the imports of every target, the order of folders, and what is committed
	swift format lint --strict --recursive --configuration .swift-format \
	  Package.swift .ci/check-imports.swift .ci/check-folders.swift Sources Tests
	swift package dump-package | swift .ci/check-imports.swift
	swift .ci/check-folders.swift Sources/Studies \
	  Export Definition Journal Inputs Workers Flash Results Search Stages Simulation Deployment
	.ci/check-architecture
	.ci/check-tree

.PHONY: example-microcontroller
example-microcontroller: packages-and-data build ## From RAM, flash and milliseconds of a microcontroller to an int8 student, as .tflite and as C
	$(autodistill) run $(microcontroller)
	$(autodistill) export $(microcontroller) best --format tflite --verify --output $(microcontroller)/student.tflite
	$(autodistill) export $(microcontroller) best --format c --output $(microcontroller)/student.c

.PHONY: example-own-teacher
example-own-teacher: packages build ## Bring teachers from PyTorch into studies as ONNX file, logits and program (Tests/OwnTeacher/run)
	@Tests/OwnTeacher/run $(autodistill)

.PHONY: benchmark
benchmark: packages-and-data build ## Race PyTorch and ONNX Runtime (Results/benchmarks/scripts/speed lists the variables)
	@Results/benchmarks/scripts/speed $(autodistill)

.PHONY: benchmark-study
benchmark-study: packages-and-data build ## Run the quickstart's study, and the same in PyTorch and Optuna; QUICK=1 in minutes (Results/benchmarks/study/run)
	@Results/benchmarks/study/run $(autodistill)

.PHONY: benchmark-search
benchmark-search: packages build ## Search tables of real results, compared with other optimisers (Results/benchmarks/scripts/search)
	@Results/benchmarks/scripts/search $(autodistill)

.PHONY: benchmark-budget
benchmark-budget: packages-and-data build ## Search for the best student within budgets, compared with a hand-made ladder; takes many hours (Results/benchmarks/budget/run)
	@Results/benchmarks/budget/run $(autodistill)

.PHONY: benchmark-distillation
benchmark-distillation: packages-and-data build ## Compare ways to distil under equal tuning; takes days with everything (Results/benchmarks/distillation/run)
	@Results/benchmarks/distillation/run $(autodistill)

.PHONY: benchmark-flash
benchmark-flash: packages-and-data build ## Measure how well flash recipes rank students; takes many hours (Results/benchmarks/scripts/flash)
	@Results/benchmarks/scripts/flash $(autodistill)

.PHONY: benchmark-teachers
benchmark-teachers: packages build ## Race ONNX Runtime with classifiers of ONNX files, one thread each (Results/benchmarks/scripts/teachers)
	@Results/benchmarks/scripts/teachers $(autodistill)

.PHONY: benchmark-quantization
benchmark-quantization: packages-and-data build ## Compare int8 students with their floats, by each way to quantise (Results/benchmarks/scripts/quantization)
	@Results/benchmarks/scripts/quantization $(autodistill)

.PHONY: benchmark-int8
benchmark-int8: packages build ## Race LiteRT and ONNX Runtime with int8 models, one image, one thread (Results/benchmarks/scripts/int8)
	@Results/benchmarks/scripts/int8 $(autodistill)

.PHONY: benchmark-drift
benchmark-drift: packages-and-data build ## Count false alarms and shifts that monitor finds (Results/benchmarks/scripts/drift); runs the quickstart first
	@Results/benchmarks/scripts/drift $(autodistill) --study $(quickstart)

.PHONY: benchmark-hardware
benchmark-hardware: packages build ## Predict measured latencies, compared with simple baselines (Results/benchmarks/scripts/hardware)
	@Results/benchmarks/scripts/hardware $(autodistill)

.PHONY: benchmark-chaos
benchmark-chaos: packages-and-data build ## Let faults loose on studies, and the same on Optuna (Results/benchmarks/scripts/chaos)
	@Results/benchmarks/scripts/chaos $(autodistill)

.PHONY: check-aarch64
check-aarch64: ## Build the kernels for AArch64 and run their tests on an emulated processor
	@.ci/check-aarch64

.PHONY: check-all
check-all: export AUTODISTILL_THOROUGH := 1
check-all: lint test build ## lint, all of the tests, those of the kernels on AArch64, run exports and statistics elsewhere, use a student in an app, let faults loose on studies (STUDY=.../study.json SEED=1)
	.ci/check-aarch64 || [ $$? -eq 77 ]
	.ci/check-onnx $(autodistill)
	.ci/check-int8
	.ci/check-student $(autodistill) $(microcontroller)
	.ci/check-arena
	python3 Results/benchmarks/scripts/fit_microcontrollers.py --check
	.ci/check-mlpackage
	Tests/StudentRuntimeExample/run $(autodistill)
	.ci/check-tflite $(autodistill)
	.ci/check-comparisons $(autodistill)
	.ci/check-chaos $(autodistill) --study $(STUDY) --faults 6 --seed $(SEED)
	.ci/check-chaos $(autodistill) --faults 60 --seed $(SEED)
	.ci/check-chaos $(autodistill) --faults 20 --seed $(SEED) --executor slurm || [ $$? -eq 77 ]
	.ci/check-cluster $(autodistill) || [ $$? -eq 77 ]
	.ci/check-crashes $(autodistill) --states 200 --seed $(SEED)

.PHONY: release
release: packages ## Build the release archive: Swift and OpenBLAS inside, for x86-64-v3, with checksums; try it elsewhere
	.ci/build-release
	.ci/check-release .build/release-archive/autodistill-*-linux-*.tar.gz

.PHONY: clean
clean: ## Remove what was built; studies stay
	rm -rf .build

.PHONY: packages packages-and-data
packages:
	@.ci/install-dependencies libopenblas-dev
packages-and-data:
	@.ci/install-dependencies libopenblas-dev dataset-fashion-mnist gzip
