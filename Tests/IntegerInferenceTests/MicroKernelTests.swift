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

extension MicroKernelTests {
  @Test("gives them in the fast engine, for one image and for several")
  func plan() throws {
    var differing: [String: Int] = [:]
    for example in try Self.cases() {
      let model = example.model
      let plan = try IntegerPlan(model, capacity: example.images.count)
      for group in [example.images.indices, 1..<2] {
        let takesFloats = model.tensors[0].type == .float32
        if takesFloats {
          let values: [Float] = numbers(example.images[group].joined())
          plan.input.update(from: values, count: values.count)
          plan.run(images: group.count)
        } else {
          plan.run(integers: numbers(example.images[group].joined()), images: group.count)
        }
        for (place, image) in group.enumerated() {
          let count = model.tensors[model.output].elementCount
          let values = UnsafeBufferPointer(start: plan.logits + place * count, count: count)
          let isSame =
            model.tensors[model.output].type == .float32
            ? Array(values) == numbers(example.expected[image])
            : plan.integers(image: place) == numbers(example.expected[image])
          if !isSame {
            differing[example.kind, default: 0] += 1
            if differing[example.kind] == 1 { Issue.record("\(example.description) differs") }
          }
        }
      }
    }
    #expect(differing.isEmpty, "images that differ: \(differing)")
  }
}
