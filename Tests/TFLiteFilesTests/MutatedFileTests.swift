import DeployedModels
import FileFormats
import IntegerInference
import NetworkFixtures
import RandomStreams
import TestSupport
import Testing

@testable import TFLiteFiles

/// What remains of a file after some of its bytes have changed is read or refused, never anything else: a crash
/// ends the tests.
@Suite("mutated TensorFlow Lite files")
struct MutatedFileTests {
  static let parts = 8

  @Test("are read or refused, and what is read can be written and priced", arguments: 0..<parts)
  func mutations(part: Int) throws {
    let model = RandomModel(try smallNetwork(), seed: 1)
    let files = [
      TFLiteFile(try model.deployed), TFLiteFile(try model.deployedIntegers),
      TFLiteFile(
        try model.deployedIntegers, description: "x", metadata: ["a": [1]],
        plan: .init(offsets: try model.deployed.tensors.map { $0.isConstant ? nil : 64 }),
        isCompact: true),
    ].map(\.bytes)
    var stream = RandomStream(seed: UInt64(part), purpose: "mutations")
    let count = Thoroughness.pick(1_000_000, usually: 16_000) / Self.parts
    var (read, refused, others) = (0, 0, 0)
    var integers = IntegerCounts()
    for _ in 0..<count {
      var bytes = files[stream.integer(below: files.count)]
      for _ in 0...stream.integer(below: 4) { mutate(&bytes, files, using: &stream) }
      do {
        let file = try TFLiteFile(bytes: bytes, path: "a.tflite")
        read += 1
        let again = try TFLiteFile(bytes: file.bytes, path: "b.tflite")
        if again.model != file.model { others += sameButForNaN(again.model, file.model) ? 0 : 1 }
        _ = file.model.workload.costs
        runIfSmall(file.model, &integers, using: &stream)
      } catch { refused += 1 }
    }
    #expect(read + refused == count && refused > count / 4 && read > count / 50)
    #expect(others == 0)
    #expect(integers.run > count / 200, "\(integers)")
  }

  /// What became of models of integers.
  private struct IntegerCounts {
    var run = 0
    /// By the engines: what no kernel computes.
    var refused = 0
  }

  /// Values that are no numbers differ from themselves, but not their bytes.
  private func sameButForNaN(_ first: DeployedModel, _ second: DeployedModel) -> Bool {
    TFLiteFile(first).bytes == TFLiteFile(second).bytes
  }

  private func runIfSmall(
    _ model: DeployedModel, _ integers: inout IntegerCounts, using stream: inout RandomStream
  ) {
    let values = model.tensors.reduce(0) { $0 + $1.elementCount }
    guard values < 4096, model.macs < 100_000 else { return }
    for kernels in MicroRuntime.Kernels.allCases {
      let arena = MicroArena(model, on: MicroRuntime(kernels))
      #expect(arena.headBytes >= arena.buffers.lowerBoundBytes)
    }
    let image = (0..<model.tensors[model.input].elementCount).map { _ in Float(stream.normal()) }
    guard model.tensors.contains(where: { $0.type == .int8 }) else {
      var interpreter = FloatInterpreter(model)
      return interpreter.run(image)
    }
    guard var interpreter = try? IntegerInterpreter(model) else {
      integers.refused += 1
      #expect(throws: DeploymentError.self) { try IntegerPlan(model) }
      return
    }
    // The plan refuses more: floats between integers.
    guard let plan = try? IntegerPlan(model) else {
      integers.refused += 1
      return
    }
    integers.run += 1
    interpreter.run(image)
    plan.input.update(from: image, count: image.count)
    plan.run(images: 1)
    let logits = UnsafeBufferPointer(start: plan.logits, count: interpreter.logits.count)
    #expect(Array(logits) == interpreter.logits)
  }

  private func mutate(
    _ bytes: inout [UInt8], _ files: [[UInt8]], using stream: inout RandomStream
  ) {
    guard bytes.count > 8 else { return }
    let place = stream.integer(below: bytes.count - 4)
    switch stream.integer(below: 8) {
    case 0: bytes[place] = UInt8(stream.integer(below: 256))
    case 1: bytes[place] ^= 1 << UInt8(stream.integer(below: 8))
    case 2: for part in 0..<4 { bytes[place + part] = UInt8(stream.integer(below: 256)) }
    case 3: bytes[place] = bytes[place] &+ UInt8(stream.integer(below: 9)) &- 4
    case 4:
      let value = [0, 1, 0x7F, 0x80, 0xFF][stream.integer(below: 5)]
      for part in 0..<4 { bytes[place / 4 * 4 + part] = UInt8(value) }
    case 5 where stream.integer(below: 8) == 0: bytes.removeLast(stream.integer(below: bytes.count))
    case 6:
      let source = stream.integer(below: bytes.count - 4)
      for part in 0..<4 { bytes[place + part] = bytes[source + part] }
    default:
      let other = files[stream.integer(below: files.count)]
      let length = min(
        1 + stream.integer(below: 32), bytes.count - place, max(0, other.count - place))
      for part in 0..<length { bytes[place + part] = other[place + part] }
    }
  }
}
