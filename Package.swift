// swift-tools-version: 6.2

import Foundation
import PackageDescription

/// What the building machine's processor can do, in Linux's words; empty elsewhere.
let processorFlags: Set<String> = {
  let processor = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
  // "flags" on x86, "Features" on ARM.
  let flags = processor.split(separator: "\n").first {
    $0.hasPrefix("flags") || $0.hasPrefix("Features")
  }
  return Set((flags?.split(separator: " ") ?? []).map(String.init))
}()
let hasAVX512 = processorFlags.isSuperset(of: ["avx512f", "avx512bw", "avx512dq", "avx512vl"])

/// The vector width that Swift code is compiled for, as Clang's `-march` names it.
///
/// Detected on the building machine. `AUTODISTILL_MARCH=x86-64-v3 swift build …` builds for another one
/// (`x86-64-v2` runs anywhere, slowly); the command refuses to start on a processor that lacks it. On AArch64 every
/// processor has the same vectors, and nothing is detected.
let architectureFlags: [String] = {
  if let wanted = ProcessInfo.processInfo.environment["AUTODISTILL_MARCH"], !wanted.isEmpty {
    return march(wanted)
  }
  #if arch(x86_64)
    if hasAVX512 { return march("x86-64-v4") }
    if processorFlags.isSuperset(of: ["avx2", "fma", "bmi2"]) { return march("x86-64-v3") }
    return march("x86-64-v2")
  #else
    return []
  #endif

  func march(_ name: String) -> [String] {
    ["-Xcc", "-march=\(name)"] + (name == "x86-64-v4" ? ["-Xcc", "-mprefer-vector-width=512"] : [])
  }
}()

/// Nobody reads a module before all of it is compiled: writing it out by a second process of the compiler, which reads
/// all sources again, would only take time.
let strict: [SwiftSetting] = {
  var settings: [SwiftSetting] = [
    .unsafeFlags(architectureFlags + ["-no-emit-module-separately-wmo"])
  ]
  if ProcessInfo.processInfo.environment["AUTODISTILL_STRICT"] != nil {
    settings.append(.treatAllWarnings(as: .error))
  }
  return settings
}()

/// Kernels stay optimised in debug builds too: unoptimised they are a hundred times slower.
let kernels: [SwiftSetting] = strict + [.unsafeFlags(["-Ounchecked"])]

/// So are files and batches, with all checks: they read what users give them.
let optimized: [SwiftSetting] = strict + [.unsafeFlags(["-O"])]

/// And so is the int8 engine, which also uses the building machine's dot products of bytes, unless
/// `AUTODISTILL_MARCH` says which instructions there are; the engine refuses to run where they are missing.
let integers: [SwiftSetting] = {
  let optimized = optimized + [.unsafeFlags(["-enforce-exclusivity=unchecked"])]
  #if arch(x86_64)
    guard ProcessInfo.processInfo.environment["AUTODISTILL_MARCH", default: ""].isEmpty else {
      return optimized
    }
    let known = [
      ("avx512_vnni", "-mavx512vnni"), ("avx512vbmi", "-mavx512vbmi"), ("avx_vnni", "-mavxvnni"),
    ]
    return optimized
      + known.filter { processorFlags.contains($0.0) && ($0.1 == "-mavxvnni" || hasAVX512) }
      .map { .unsafeFlags(["-Xcc", $0.1]) }
  #elseif arch(arm64)
    // Apple's compiler assumes them.
    guard ProcessInfo.processInfo.environment["AUTODISTILL_MARCH", default: ""].isEmpty,
      processorFlags.contains("asimddp")
    else { return optimized }
    return optimized + [.unsafeFlags(["-Xcc", "-march=armv8.2-a+dotprod"])]
  #else
    return optimized
  #endif
}()

/// Most tests are not worth the time that optimising them takes.
let unoptimized: [SwiftSetting] = strict + [.unsafeFlags(["-Onone"])]

/// Neither is, for tests, what computes little itself: the way of a study, reports, the command. Optimising it takes
/// longer than compiling it. `.ci/test` sets the variable; what people use is optimised.
let isForTests = ProcessInfo.processInfo.environment["AUTODISTILL_TESTS"] != nil
let paperwork: [SwiftSetting] = isForTests ? unoptimized : strict

/// Unoptimised tests are compiled in batches of files, which takes all cores where a whole module keeps one busy.
/// The compiler then says that it ignores `-num-threads`, which the package manager always gives.
let ordinaryTests: [SwiftSetting] =
  unoptimized + [
    .unsafeFlags([
      "-no-whole-module-optimization", "-enable-batch-mode", "-no-emit-module-separately",
    ])
  ]

/// What the command alone knows of its build, for `autodistill --version --json`. Every new commit would compile it
/// anew, so only `make release` names one.
let command: [SwiftSetting] = {
  var settings = paperwork
  let environment = ProcessInfo.processInfo.environment
  if environment["AUTODISTILL_STRICT"] != nil { settings.append(.define("STRICT_BUILD")) }
  if let commit = environment["AUTODISTILL_COMMIT"], !commit.isEmpty {
    settings.append(.unsafeFlags(["-Xcc", "-DAUTODISTILL_COMMIT=\(commit)"]))
  }
  return settings
}()

/// What the tests of a target see beyond what it imports: real students of the shipped spaces, random points,
/// and what is tested with the made-up studies of another target's tests.
let testImports = [
  "BayesianOptimization": ["FileFormats"], "Benchmarks": ["ModelExchange", "NetworkFixtures"],
  "CoreMLPackages": ["NetworkFixtures", "NeuralNetworks"],
  "DeployedModels": ["NetworkFixtures", "SearchSpaces"],
  "FileFormats": ["RandomStreams"], "HardwareProfiles": ["RandomStreams", "SearchSpaces"],
  "ModelExchange": ["IntegerInference", "NetworkFixtures"],
  "ONNXInference": ["ModelExchange", "RandomStreams", "SearchSpaces"],
  "IntegerInference": [
    "NetworkFixtures", "RandomStreams", "SearchSpaces", "TFLiteFiles", "FileFormats",
  ],
  "ParetoFronts": ["RandomStreams"],
  "Quantization": ["NetworkFixtures", "RandomStreams", "SearchSpaces"],
  "SearchSpaces": ["TensorKernels"],
  "Studies": ["FlashBenchmark", "NetworkFixtures"],
  "TFLiteFiles": [
    "IntegerInference", "NetworkFixtures", "NeuralNetworks", "RandomStreams", "SearchSpaces",
  ],
]

/// Targets without tests of their own.
let testedElsewhere: Set = ["FlashBenchmark", "SystemResources"]

/// Targets whose tests compute so much themselves (plain references, random problems) that optimising them takes less
/// time than it saves. What is tested is optimised in any case.
let computingTests: Set = [
  "DeployedModels", "FrontFiles", "NeuralNetworks", "TensorKernels", "TFLiteFiles",
]

/// One row per library target: its name and what it may import. A target sees only what stands above it.
let libraries: [(name: String, imports: [String], settings: [SwiftSetting])] = [
  ("RandomStreams", [], kernels),
  ("SystemResources", [], strict),
  ("TensorKernels", ["CPlatform", "RandomStreams", "SystemResources"], kernels),
  ("Statistics", ["COpenBLAS", "RandomStreams", "SystemResources"], optimized),
  ("ParetoFronts", ["Statistics"], optimized),
  ("Comparisons", ["Statistics", "ParetoFronts", "RandomStreams"], optimized),
  ("NeuralNetworks", ["RandomStreams", "TensorKernels"], strict),
  ("FileFormats", ["CPlatform"], optimized),
  (
    "FrontFiles",
    ["Statistics", "ParetoFronts", "RandomStreams", "FileFormats", "Comparisons"], strict
  ),
  ("Monitoring", ["Statistics", "RandomStreams", "FileFormats", "Comparisons"], optimized),
  ("Processes", [], paperwork),
  ("DeployedModels", ["RandomStreams", "NeuralNetworks"], optimized),
  ("ModelExchange", ["NeuralNetworks", "FileFormats", "DeployedModels"], paperwork),
  ("CoreMLPackages", ["FileFormats", "DeployedModels"], paperwork),
  (
    "ONNXInference",
    ["TensorKernels", "NeuralNetworks", "FileFormats"], optimized
  ),
  (
    "IntegerInference", ["CIntegerVectors", "TensorKernels", "NeuralNetworks", "DeployedModels"],
    integers
  ),
  ("TFLiteFiles", ["DeployedModels", "FileFormats"], optimized),
  ("Datasets", ["RandomStreams", "FileFormats"], optimized),
  (
    "Distillation",
    ["Statistics", "RandomStreams", "TensorKernels", "NeuralNetworks", "FileFormats", "Datasets"],
    strict
  ),
  (
    "Quantization",
    [
      "TensorKernels", "NeuralNetworks", "DeployedModels", "IntegerInference", "FileFormats",
      "Datasets", "Distillation",
    ], optimized
  ),
  ("SearchSpaces", ["RandomStreams", "NeuralNetworks", "FileFormats"], strict),
  (
    "Teachers",
    [
      "RandomStreams", "TensorKernels", "NeuralNetworks", "FileFormats", "ONNXInference",
      "Processes", "Datasets",
      "Distillation", "SearchSpaces",
    ], paperwork
  ),
  ("HardwareProfiles", ["Statistics", "NeuralNetworks", "FileFormats", "DeployedModels"], strict),
  (
    "DeviceMeasurement",
    [
      "Statistics", "RandomStreams", "TensorKernels", "NeuralNetworks", "FileFormats", "Processes",
      "HardwareProfiles",
    ], paperwork
  ),
  (
    "BayesianOptimization",
    ["COpenBLAS", "Statistics", "ParetoFronts", "RandomStreams", "SearchSpaces"], optimized
  ),
  (
    "Replay",
    [
      "Statistics", "ParetoFronts", "NeuralNetworks", "FileFormats", "SearchSpaces",
      "BayesianOptimization",
    ], paperwork
  ),
  (
    "ProfileEvaluation",
    [
      "Statistics", "RandomStreams", "NeuralNetworks", "FileFormats", "SearchSpaces",
      "HardwareProfiles",
    ], paperwork
  ),
  (
    "Benchmarks",
    [
      "COpenBLAS", "Statistics", "RandomStreams", "TensorKernels", "NeuralNetworks", "FileFormats",
      "ONNXInference", "DeployedModels", "Datasets", "Distillation", "Quantization", "SearchSpaces",
      "DeviceMeasurement", "BayesianOptimization", "IntegerInference", "TFLiteFiles",
    ], paperwork
  ),
  (
    "Studies",
    [
      "Statistics", "ParetoFronts", "Comparisons", "RandomStreams", "TensorKernels",
      "NeuralNetworks", "FileFormats", "Monitoring", "DeployedModels", "TFLiteFiles",
      "ModelExchange", "ONNXInference",
      "CoreMLPackages", "Datasets", "Distillation", "IntegerInference", "Quantization",
      "SearchSpaces",
      "Teachers", "HardwareProfiles", "DeviceMeasurement", "Processes", "BayesianOptimization",
    ], paperwork
  ),
  (
    "FlashBenchmark",
    [
      "Statistics", "ParetoFronts", "RandomStreams", "NeuralNetworks", "FileFormats", "Datasets",
      "Distillation", "SearchSpaces", "Teachers", "HardwareProfiles", "BayesianOptimization",
      "Studies",
    ], paperwork
  ),
  (
    "Reports",
    [
      "Statistics", "ParetoFronts", "RandomStreams", "NeuralNetworks", "FileFormats", "Datasets",
      "Distillation", "SearchSpaces", "Teachers", "HardwareProfiles", "Studies", "Comparisons",
      "FrontFiles",
    ], paperwork
  ),
]

/// What runs a student in somebody's app stands outside of the stack above: no target of ours below it, no flags of
/// the building machine, which would make it useless on another one, and none that are unsafe, which older clients
/// refuse. `make lint` lets it import nothing else.
let studentRuntime: [Target] = [
  .target(
    name: "CStudentKernels",
    linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux, .android]))]),
  .target(name: "StudentRuntime", dependencies: ["CStudentKernels"]),
  .testTarget(
    name: "StudentRuntimeTests",
    dependencies: [
      "StudentRuntime", "CStudentKernels", "TestSupport", "NetworkFixtures", "RandomStreams",
      "NeuralNetworks", "Distillation", "DeployedModels", "Benchmarks", "TFLiteFiles",
      "IntegerInference",
    ],
    swiftSettings: strict),
]

let targets: [Target] =
  [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CPlatform"),
    .systemLibrary(name: "CIntegerVectors"),
    .systemLibrary(name: "CBuildFacts"),
    .executableTarget(
      name: "autodistill",
      dependencies: ["CBuildFacts", "COpenBLAS", "CPlatform"].map { .target(name: $0) }
        + libraries.map { .target(name: $0.name) },
      swiftSettings: command),
    // What tests of several targets share.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    .target(
      name: "NetworkFixtures",
      dependencies: ["DeployedModels", "NeuralNetworks", "RandomStreams", "SearchSpaces"],
      path: "Tests/NetworkFixtures", swiftSettings: strict),
    // Damaged files for all readers; `.ci/check-fuzz` runs it for long.
    .executableTarget(
      name: "fuzz-readers",
      dependencies: [
        "RandomStreams", "NeuralNetworks", "FileFormats", "FrontFiles", "DeployedModels",
        "ModelExchange", "ONNXInference", "TFLiteFiles", "Datasets", "Distillation", "SearchSpaces",
        "HardwareProfiles", "Studies", "NetworkFixtures", "StudentRuntime",
      ],
      path: "Tests/Fuzzing", exclude: ["Found", "Seeds"], swiftSettings: strict),
    .testTarget(
      name: "FuzzingTests", dependencies: ["fuzz-readers", "TestSupport"],
      swiftSettings: ordinaryTests),
    .testTarget(
      name: "autodistillTests",
      dependencies: [
        "autodistill", "TestSupport", "FileFormats", "NeuralNetworks", "DeployedModels",
        "TFLiteFiles", "SearchSpaces", "HardwareProfiles", "RandomStreams", "Studies",
      ],
      swiftSettings: ordinaryTests),
  ]
  + libraries.map { library in
    .target(
      name: library.name, dependencies: library.imports.map { .target(name: $0) },
      swiftSettings: library.settings)
  }
  + libraries.filter { !testedElsewhere.contains($0.name) }.map { library in
    .testTarget(
      name: library.name + "Tests",
      dependencies: ([library.name, "TestSupport"] + library.imports
        + testImports[library.name, default: []])
        .map { .target(name: $0) },
      exclude: ["NeuralNetworks", "IntegerInference"].contains(library.name) ? ["Fixtures"] : [],
      swiftSettings: computingTests.contains(library.name)
        ? strict : ordinaryTests)
  }

let package = Package(
  name: "AutoDistill",
  products: [
    .executable(name: "autodistill", targets: ["autodistill"]),
    .library(name: "StudentRuntime", targets: ["StudentRuntime"]),
  ],
  targets: targets + studentRuntime,
  swiftLanguageModes: [.v6]
)
