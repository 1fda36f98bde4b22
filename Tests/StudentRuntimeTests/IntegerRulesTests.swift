import DeployedModels
import IntegerInference
import RandomStreams
import TFLiteFiles
import TestSupport
import Testing

@testable import StudentRuntime

/// One operator on all int8 values, against the reference kernels.
@Suite("functions of int8 values")
struct IntegerRulesTests {
  /// A factor of an fp32 division changes an integer in one pair of scales of a thousand.
  @Test(
    "give TensorFlow Lite Micro's integers for scales of all sizes",
    arguments: [DeployedOperator.Kind.relu, .relu6, .hardSwish, .quantize])
  func unary(kind: DeployedOperator.Kind) throws {
    var stream = RandomStream(seed: 5, purpose: "\(kind)")
    let count = Thoroughness.pick(100_000, usually: 4000)
    var compared = 0
    for _ in 0..<count {
      let input = randomQuantization(&stream, around: 1)
      // Ratios from 1/60 to 60, and now and then beyond what 16 bits hold.
      var output = randomQuantization(&stream, around: input.scale)
      if kind == .relu6 { output = input }
      if stream.integer(below: 10) == 0, kind != .relu6 {
        output = randomQuantization(&stream, around: input.scale * 0x1p14)
      }
      compared += try expectIntegers(of: kind, input, output) ? 1 : 0
    }
    #expect(compared > count / 10, "\(compared) of \(count)")
  }

  private func randomQuantization(
    _ stream: inout RandomStream, around scale: Float
  ) -> TensorQuantization {
    let fraction = Float(1 + stream.integer(below: 1 << 22)) / Float(1 << 20)
    let power = Float([0.015625, 0.25, 1, 4, 16][stream.integer(below: 5)])
    return TensorQuantization(
      scale: scale * power * fraction, zeroPoint: Int32(stream.integer(below: 256)) - 128)
  }

  /// Returns whether both take these scales; neither does, or both do.
  private func expectIntegers(
    of kind: DeployedOperator.Kind, _ input: TensorQuantization, _ output: TensorQuantization
  ) throws -> Bool {
    let shape = [1, 1, 1, 256]
    let model = DeployedModel(
      tensors: [
        DeployedTensor(name: "image", shape: shape, type: .int8, quantization: input),
        DeployedTensor(name: "result", shape: shape, type: .int8, quantization: output),
      ], operators: [DeployedOperator(kind, inputs: [0], output: 1)], input: 0, output: 1)
    var interpreter: IntegerInterpreter
    do {
      interpreter = try IntegerInterpreter(model)
    } catch {
      #expect(throws: Refusal.self) { try Student(TFLiteFile(model).bytes, file: "") }
      return false
    }
    let student = try Student(TFLiteFile(model).bytes, file: "")
    let image = (-128...127).map { input.value(of: Int8($0)) }
    interpreter.run(image)
    #expect(try student.predict(pixels: image) == interpreter.logits, "\(input) → \(output)")
    return true
  }
}
