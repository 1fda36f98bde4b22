import DeployedModels
import Distillation
import Foundation
import NetworkFixtures
import NeuralNetworks
import RandomStreams
import TFLiteFiles
import TestSupport
import Testing

@testable import StudentRuntime

@Suite("files and images that a student refuses")
struct RefusedFilesTests {
  /// Changes a few bytes of a file, or cuts its end.
  private struct Mutations {
    let original: [UInt8]
    var stream: RandomStream

    mutating func next() -> [UInt8] {
      var bytes = original
      for _ in 0...stream.integer(below: 3) {
        let place = stream.integer(below: bytes.count)
        switch stream.integer(below: 4) {
        case 0: bytes[place] = UInt8(stream.integer(below: 256))
        case 1: bytes[place] ^= 1 << stream.integer(below: 8)
        case 2:
          bytes[place] = [0, 1, 127, 128, 255][stream.integer(below: 5)]
        default:
          if stream.integer(below: 8) == 0 { bytes.removeLast(stream.integer(below: bytes.count)) }
        }
        if bytes.isEmpty { return bytes }
      }
      return bytes
    }
  }

  private static func small() throws -> RandomModel {
    var builder = NetworkBuilder(input: TensorShape(height: 6, width: 5, channels: 2))
    try builder.append(.convolution(kernel: 3, stride: 2, channels: 4, bias: true))
    try builder.append(.batchNorm)
    try builder.append(.activation(.hardSwish))
    let source = builder.current
    try builder.append(.depthwiseConvolution(kernel: 3, stride: 1))
    try builder.append(.squeezeExcitation(hidden: 2))
    try builder.add(source)
    try builder.append(.channelShuffle(groups: 2))
    try builder.append(.pooling(.max, kernel: 2, stride: 1, padding: 0))
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 3))
    return RandomModel(try builder.network(), seed: 1)
  }

  private func files() throws -> [(name: String, bytes: [UInt8])] {
    let model = try Self.small()
    let lowered = try LoweredNetwork(
      model.network, parameters: model.parameters, statistics: model.statistics
    ).model
    let integers = minMaxQuantized(lowered, images: [model.image(seed: 1)])
    let metadata = exportedMetadata(
      mean: [1, 2], deviation: [3, 4], classes: ["left", "right", "none"])
    return [
      ("fp32", TFLiteFile(lowered, metadata: metadata).bytes),
      ("int8", TFLiteFile(integers, metadata: metadata).bytes),
    ]
  }

  /// A changed file is refused, or runs as what it says now; it never ends the program that reads it.
  @Test("a damaged file is refused with a reason, or runs")
  func damaged() throws {
    for file in try files() {
      var mutations = Mutations(
        original: file.bytes, stream: RandomStream(seed: 7, purpose: file.name))
      var refused = 0
      let count = Thoroughness.pick(200_000, usually: 4_000)
      for _ in 0..<count {
        do throws(Refusal) {
          let student = try Student(mutations.next(), file: file.name)
          guard student.inputShape.count < 1 << 16 else { continue }
          _ = try? student.predict(pixels: [Float](repeating: 1, count: student.inputShape.count))
        } catch {
          refused += 1
          #expect(!error.reason.isEmpty)
        }
      }
      #expect(refused > count / 4, "\(file.name): \(refused) of \(count)")
    }
  }

  @Test("a file that ends early is refused, wherever it ends")
  func truncated() throws {
    for file in try files() {
      for length in 0..<file.bytes.count {
        #expect(throws: Refusal.self, "\(file.name), \(length) bytes") {
          try Student(Array(file.bytes[..<length]), file: file.name)
        }
      }
    }
  }

  @Test("a message says where a shape of thousands of sides begins, and no more")
  func endlessShape() throws {
    let refusal = Refusal(
      "tensor 4", found: "shape \([Int](repeating: 1_048_576, count: 5_000))", expected: "less")
    #expect(refusal.reason.hasPrefix("tensor 4: found shape [1048576, 1048576, "))
    #expect(refusal.reason.hasSuffix("…, expected less"))
    #expect(refusal.reason.count < 1_100)
  }

  @Test("a missing file, a folder and a file of another format are refused by name and reason")
  func foreign() throws {
    let folder = try TemporaryFolder()
    for path in [folder.file("none.tflite"), folder.path] {
      let error = #expect(throws: StudentError.self) { try Student(contentsOf: path) }
      #expect(error?.description.hasPrefix(path + ": ") == true)
    }
    let model = try Self.small()
    let path = folder.file("student.safetensors")
    try TrainedModel(
      network: model.network, parameters: model.parameters, statistics: model.statistics
    ).write(to: path, metadata: [:])
    let error = #expect(throws: StudentError.self) { try Student(contentsOf: path) }
    #expect(error?.reason.contains("expected a TensorFlow Lite file") == true)
  }

  @Test("an image of another size is refused")
  func size() throws {
    let student = try Student(try files()[0].bytes, file: "student.tflite")
    for count in [0, 59, 61] {
      let error = #expect(throws: StudentError.self) {
        try student.predict(pixels: [Float](repeating: 0, count: count))
      }
      #expect(error?.description == "student.tflite: an image has 6×5×2 = 60 values, not \(count)")
    }
  }
}
