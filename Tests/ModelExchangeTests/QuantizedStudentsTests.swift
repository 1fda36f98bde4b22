import FileFormats
import Foundation
import IntegerInference
import NetworkFixtures
import NeuralNetworks
import Testing

@testable import DeployedModels
@testable import ModelExchange

/// For a check against another program: `.ci/check-onnx` sets the variable and compares integers.
@Suite("int8 students for ONNX Runtime")
struct QuantizedStudentsTests {
  @Test(
    "are written with images and our integers of them",
    .enabled(if: ExportedStudentsTests.folder != nil),
    arguments: shippedSpaces + ["unusual", "loud"])
  func write(space: String) throws {
    let folder = try #require(ExportedStudentsTests.folder) + "/int8"
    try Folder.create(folder)
    let networks =
      ["unusual", "loud"].contains(space)
      ? [try unusualNetwork(height: 7)] : try students(of: space, count: 5)
    for (number, network) in networks.enumerated() {
      var student = try QuantizedStudent(network, seed: UInt64(number), images: 8)
      if space == "loud" { student.makeLoud() }
      let name = "\(folder)/\(space)-\(number)"
      try ONNXModel(quantized: student.integers).write(to: name + ".onnx")
      let shape = network.inputShape
      try NPYFile.write(
        NumericArray(
          shape: [student.images.count, shape.height, shape.width, shape.channels],
          student.images.flatMap(\.self)), to: name + ".images.npy")
      // Activations as the graph has them, by name.
      let ordered = ChannelsFirstModel(student.integers)
      try Folder.create(name + ".integers")
      var all: [[Int8]] = student.integers.tensors.map { _ in [] }
      var interpreter = try IntegerInterpreter(student.integers)
      for image in student.images {
        interpreter.run(image)
        for (tensor, integers) in interpreter.integers.enumerated() { all[tensor] += integers }
      }
      for (tensor, integers) in all.enumerated()
      where !student.integers.tensors[tensor].isConstant {
        let order = AxisOrder(axes: ordered.axes[tensor])
        let places = order.places(student.integers.tensors[tensor].shape)
        let inOrder = stride(from: 0, to: integers.count, by: places.count).flatMap { first in
          places.map { integers[first + $0] }
        }
        try NPYFile.write(
          NumericArray(
            shape: [student.images.count] + ordered.tensors[tensor].shape.dropFirst(), inOrder),
          to: "\(name).integers/\(ordered.tensors[tensor].name).npy")
      }
    }
  }
}
