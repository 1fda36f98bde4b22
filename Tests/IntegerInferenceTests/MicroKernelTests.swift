import DeployedModels
import Foundation
import Testing

@testable import IntegerInference

/// Compared with TensorFlow Lite Micro: the cases of `Fixtures/cases.jsonl`, and those of the file that
/// `AUTODISTILL_INT8_CASES` names (`.ci/check-int8`).
@Suite("int8 as TensorFlow Lite Micro computes it")
struct MicroKernelTests {
  private static func cases() throws -> [MicroCase] {
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/cases.jsonl")
    let more = ProcessInfo.processInfo.environment["AUTODISTILL_INT8_CASES"]
    return try MicroCase.read(fixtures) + (more.map { try MicroCase.read(URL(filePath: $0)) } ?? [])
  }

  @Test("gives its integers, operator by operator and in small networks")
  func interpreter() throws {
    var differing: [String: Int] = [:]
    for example in try Self.cases() {
      var interpreter = try IntegerInterpreter(example.model)
      for (image, expected) in zip(example.images, example.expected) {
        let takesFloats = example.model.tensors[0].type == .float32
        if takesFloats {
          interpreter.run(numbers(image) as [Float])
        } else {
          interpreter.run(numbers(image) as [Int8])
        }
        let isSame =
          example.operators.last?.kind == "dequantize"
          ? interpreter.logits == numbers(expected) : interpreter.output == numbers(expected)
        if !isSame {
          differing[example.kind, default: 0] += 1
          if differing[example.kind] == 1 { Issue.record("\(example.description) differs") }
        }
      }
    }
    #expect(differing.isEmpty, "images that differ: \(differing)")
  }
}
