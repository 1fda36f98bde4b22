import DeployedModels
import Foundation
import TFLiteFiles
import Testing

@testable import IntegerInference

/// Compared with TensorFlow Lite Micro on whole files: those of the folder that `AUTODISTILL_INT8_FILES` names, with
/// images and outputs as `.ci/write_int8_outputs.py` writes them.
@Suite("int8 files as TensorFlow Lite Micro computes them")
struct WholeModelTests {
  @Test("give its integers, image by image")
  func files() throws {
    guard let folder = ProcessInfo.processInfo.environment["AUTODISTILL_INT8_FILES"] else { return }
    let files = try FileManager.default.contentsOfDirectory(
      at: URL(filePath: folder), includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "tflite" }
    #expect(!files.isEmpty)
    for file in files {
      let model = try TFLiteFile.read(file.path()).model
      let images = try integers(file, "images")
      let expected = try integers(file, "expected")
      let (size, classes) = (
        model.tensors[model.input].elementCount, model.tensors[model.output].elementCount
      )
      let count = expected.count / classes
      #expect(images.count == count * size && count > 0)
      let capacity = 8
      let plan = try IntegerPlan(model, capacity: capacity)
      var interpreter = try IntegerInterpreter(model)
      var differing = (plan: 0, interpreter: 0)
      for first in stride(from: 0, to: count, by: capacity) {
        let group = first..<min(count, first + capacity)
        Array(images[group.lowerBound * size..<group.upperBound * size])
          .withUnsafeBufferPointer { plan.run(integers: $0.baseAddress!, images: group.count) }
        for image in group {
          let right = Array(expected[image * classes..<(image + 1) * classes])
          if plan.integers(image: image - first) != right { differing.plan += 1 }
          // The plain loops are slow: every 16th image.
          guard image % 16 == 3 else { continue }
          interpreter.run(Array(images[image * size..<(image + 1) * size]))
          if interpreter.output != right { differing.interpreter += 1 }
        }
      }
      #expect(differing == (0, 0), "\(file.lastPathComponent), of \(count) images: \(differing)")
    }
  }

  private func integers(_ file: URL, _ part: String) throws -> [Int8] {
    try Data(contentsOf: file.deletingPathExtension().appendingPathExtension(part))
      .map { Int8(bitPattern: $0) }
  }
}
