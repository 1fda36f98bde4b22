import DeployedModels
import FileFormats
import Foundation
import IntegerInference
import NetworkFixtures
import NeuralNetworks
import TestSupport
import Testing

@testable import TFLiteFiles

@Suite("a student as C sources")
struct MicroProgramTests {
  private func program(
    integers: Bool = false, pixels: PixelConversion? = nil, arenaBytes: Int? = nil
  ) throws -> MicroProgram {
    let model = RandomModel(try smallNetwork(), seed: 1)
    let deployed = integers ? try model.deployedIntegers : try model.deployed
    return MicroProgram(
      TFLiteFile(deployed), pixels: pixels ?? Self.formula(.bytes), classNames: Self.classNames,
      arenaBytes: arenaBytes)
  }

  private static let classNames = ["sun\t\"and\" sea??/", "Grüße \\ 7", "c"]

  private static func formula(_ pixels: PixelConversion.StoredPixels) -> PixelConversion {
    .formula(mean: [100.5, 3], deviation: [50.25, 1e-3], pixels: pixels)
  }

  private static let table = PixelConversion.table(
    [1, 3].map { factor in (0..<256).map { Int8(truncatingIfNeeded: factor * $0 - 128) } })

  @Test("holds the model, byte for byte")
  func readBack() throws {
    let temporary = try TemporaryFolder()
    let program = try program()
    try program.write(to: temporary.file("net.c"))
    for name in ["net.c", "net.h", "net_main.cc"] { #expect(temporary.has(name)) }
    #expect(
      MicroProgram.paths(for: temporary.file("net.c"))
        == ["net.c", "net.h", "net_main.cc"].map(temporary.file))
    #expect(try MicroProgram.readModel(temporary.file("net.c")) == program.file)
    try temporary.write("int student[] = { 1, 2 };", to: "other.c")
    expectError(["other.c", "byte 0 of the array", "'1'"]) {
      _ = try MicroProgram.readModel(temporary.file("other.c"))
    }
    try temporary.write("int x;", to: "none.c")
    expectError(["none.c", "no array 'student'"]) {
      _ = try MicroProgram.readModel(temporary.file("none.c"))
    }
  }

  @Test("registers each operator once, and names what the arena takes")
  func operators() throws {
    let program = try program()
    #expect(
      program.operators == [
        "Conv2D", "DepthwiseConv2D", "Add", "AveragePool2D", "Reshape", "FullyConnected",
      ] || Set(program.operators).isSuperset(of: ["Conv2D", "DepthwiseConv2D", "FullyConnected"]))
    let main = program.main(header: "net.h")
    #expect(main.contains("MicroMutableOpResolver<\(program.operators.count)>"))
    for name in program.operators { #expect(main.contains("resolver.Add\(name)()")) }
    #expect(main.split(separator: "\n", omittingEmptySubsequences: false).count <= 60)
    #expect(program.header.contains("STUDENT_ARENA_BYTES \(program.arenaBytes)"))
    // Pointers take more room on a host.
    #expect(program.hostArenaBytes > program.arenaBytes && program.arenaBytes > 500)
    let given = try self.program(arenaBytes: 12_345)
    #expect(given.header.contains("STUDENT_ARENA_BYTES 12345"))
  }

  /// TensorFlow Lite Micro's own headers are not at hand everywhere, so small ones stand in for them: what is checked is
  /// that the sources are C and C++, and use the interfaces as they are declared.
  @Test(
    "are C and C++ that compile", .enabled(if: compiler != nil, "there is no clang"),
    arguments: [
      (false, formula(.bytes)), (false, formula(.floats)), (true, formula(.floats)), (true, table),
    ])
  func compiles(integers: Bool, pixels: PixelConversion) throws {
    let temporary = try TemporaryFolder()
    try program(integers: integers, pixels: pixels).write(to: temporary.file("net.c"))
    for (path, text) in standIns {
      let folder = (temporary.file(path) as NSString).deletingLastPathComponent
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      try temporary.write(text, to: path)
    }
    for arguments in [
      ["-x", "c", "-std=c11", "net.c"], ["-x", "c++", "-std=c++17", "net_main.cc"],
    ] {
      let ended = try printed(
        by: try #require(Self.compiler),
        ["-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-I", "."] + arguments, in: temporary)
      #expect(ended.status == 0, "\(ended.text)")
    }
  }

  @Test(
    "turn pixels into the input's numbers, and name the classes",
    .enabled(if: compiler != nil, "there is no clang"))
  func conversion() throws {
    let quantization = try #require(
      try program(integers: true, pixels: Self.table).input.quantization)
    let formula = { (pixel: Float, channel: Int) -> Float in
      (pixel - [100.5, 3][channel]) / [50.25, 1e-3][channel]
    }
    let cases: [(Bool, PixelConversion, [Float], (Float, Int) -> Float)] = [
      (false, Self.formula(.bytes), [0, 3, 255], formula),
      (false, Self.formula(.floats), [-2, 0.25, 1e9], formula),
      (
        true, Self.formula(.floats), [-1e30, -90, 0.25, 3, 101, 1e9],
        { Float(quantization.integer(of: formula($0, $1))) }
      ),
      (
        true, Self.table, [0, 1, 7, 128, 255],
        { Float(Int8(truncatingIfNeeded: [1, 3][$1] * Int($0) - 128)) }
      ),
    ]
    for (integers, pixels, values, expected) in cases {
      let temporary = try TemporaryFolder()
      let program = try program(integers: integers, pixels: pixels)
      try program.write(to: temporary.file("net.c"))
      let lines = values.map { value in
        "for (int c = 0; c < 2; ++c) printf(\"%.9g\\n\", (double)student_input(\(value), c));"
      }
      try temporary.write(
        """
        #include <stdio.h>
        #include "net.h"
        int main(void) {
          for (int i = 0; i < STUDENT_CLASSES; ++i) puts(student_class_names[i]);
          \(lines.joined(separator: "\n  "))
          return 0;
        }
        """, to: "try.c")
      let compiled = try printed(
        by: try #require(Self.compiler), ["-std=c11", "try.c", "net.c", "-o", "try"], in: temporary)
      #expect(compiled.status == 0, "\(compiled.text)")
      let ended = try printed(by: temporary.file("try"), [], in: temporary)
      let printed = ended.text.split(separator: "\n").map(String.init)
      #expect(printed.prefix(3) == Self.classNames[...])
      #expect(
        printed.dropFirst(3).map { Float($0) }
          == values.flatMap { value in [0, 1].map { expected(value, $0) } })
    }
  }

  static let compiler: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/clang" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// The parts of TensorFlow Lite Micro's headers that the program uses, as they declare them.
  private let standIns = [
    "tensorflow/lite/micro/micro_interpreter.h": """
    #pragma once
    #include <cstddef>
    #include <cstdint>
    enum TfLiteStatus { kTfLiteOk = 0, kTfLiteError = 1 };
    union TfLitePtrUnion { float* f; int8_t* int8; };
    struct TfLiteTensor { TfLitePtrUnion data; };
    namespace tflite {
    class Model { public: uint32_t version() const { return 3; } };
    class MicroOpResolver {};
    class MicroInterpreter {
     public:
      MicroInterpreter(const Model*, const MicroOpResolver&, uint8_t*, size_t);
      TfLiteStatus AllocateTensors();
      TfLiteStatus Invoke();
      TfLiteTensor* input(size_t);
      TfLiteTensor* output(size_t);
      size_t arena_used_bytes() const;
    };
    }
    """,
    "tensorflow/lite/micro/micro_mutable_op_resolver.h": """
    #pragma once
    #include "tensorflow/lite/micro/micro_interpreter.h"
    namespace tflite {
    template <unsigned int tOpCount>
    class MicroMutableOpResolver : public MicroOpResolver {
     public:
      TfLiteStatus AddConv2D(); TfLiteStatus AddDepthwiseConv2D(); TfLiteStatus AddAdd();
      TfLiteStatus AddAveragePool2D(); TfLiteStatus AddReshape(); TfLiteStatus AddFullyConnected();
      TfLiteStatus AddPad();
    };
    }
    """,
    "tensorflow/lite/schema/schema_generated.h": """
    #pragma once
    #define TFLITE_SCHEMA_VERSION (3)
    namespace tflite { inline const Model* GetModel(const void* data) { return (const Model*)data; } }
    """,
  ]
}
