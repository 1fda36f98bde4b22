import CStudentKernels
import DeployedModels
import Distillation
import IntegerInference
import NetworkFixtures
import NeuralNetworks
import TFLiteFiles
import TestSupport
import Testing

@testable import StudentRuntime

/// The instruction sets that this processor has.
let levels = (Int32(0)...3).filter { student_kernels_of_level($0) != nil }

@Suite("exported students in an app")
struct ExportedStudentsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("give the engine's logits", arguments: shippedSpaces)
  func logits(space: String) throws {
    let count = Thoroughness.pick(40, usually: 4)
    let side = imageSide(of: space, isThorough: Thoroughness.isFull)
    for (number, network) in try students(of: space, count: count, side: side).enumerated() {
      try expectLogits(RandomModel(network, seed: UInt64(number)))
    }
  }

  @Test("give them for every layer that TensorFlow Lite has")
  func unusual() throws {
    try expectLogits(RandomModel(try unusualNetwork(height: 7), seed: 1))
  }

  @Test("give them for GELUs")
  func gelu() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 5, width: 4, channels: 3))
    try builder.append(.convolution(kernel: 3, stride: 2, channels: 20, bias: true))
    try builder.append(.gelu)
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 5))
    try expectLogits(RandomModel(try builder.network(), seed: 2))
  }

  /// Made-up integers, so that multipliers above 1 and saturated values are among them.
  @Test("give TensorFlow Lite Micro's integers", arguments: shippedSpaces)
  func integers(space: String) throws {
    let count = Thoroughness.pick(40, usually: 4)
    let side = imageSide(of: space, isThorough: Thoroughness.isFull)
    for (number, network) in try students(of: space, count: count, side: side).enumerated() {
      try expectIntegers(RandomModel(network, seed: UInt64(number)))
    }
  }

  @Test("give them for every layer that has an int8 form")
  func unusualIntegers() throws {
    try expectIntegers(RandomModel(try unusualNetwork(height: 7), seed: 1))
  }

  private func expectLogits(_ model: RandomModel) throws {
    let path = folder.file("student.tflite")
    try TFLiteFile(lowered(model)).write(to: path)
    for level in levels {
      let student = try Student(contentsOf: path, level: level)
      #expect(student.classCount == model.network.outputShape.channels)
      for seed in UInt64(1)...2 {
        let image = model.image(seed: seed)
        let expected = model.logits(of: image)
        let found = try student.predict(pixels: image)
        let largest = expected.map(abs).max() ?? 0
        let difference = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
        #expect(difference <= 1e-5 * max(1, largest), "level \(level): \(difference) of \(largest)")
      }
    }
  }

  private func expectIntegers(_ model: RandomModel) throws {
    let images = (UInt64(1)...3).map { model.image(seed: $0) }
    let integers = minMaxQuantized(try lowered(model), images: Array(images.dropLast()))
    let path = folder.file("student.tflite")
    try TFLiteFile(integers).write(to: path)
    var interpreter = try IntegerInterpreter(integers)
    for level in levels {
      let student = try Student(contentsOf: path, level: level)
      #expect(student.isInteger)
      for image in images {
        interpreter.run(image)
        #expect(try student.predict(pixels: image) == interpreter.logits, "level \(level)")
      }
    }
  }

  private func lowered(_ model: RandomModel) throws -> DeployedModel {
    try LoweredNetwork(
      model.network, parameters: model.parameters, statistics: model.statistics
    ).model
  }
}
