import DeployedModels
import TestSupport
import Testing

@testable import IntegerInference

@Suite("the rules of int8")
struct RuleTests {
  @Test("round halves upwards in products and away from zero in shifts")
  func rounding() {
    // 3 · 2³⁰ / 2³¹ = 1.5, and its mirror image.
    #expect(highProduct(3, 1 << 30) == 2 && highProduct(-3, 1 << 30) == -1)
    #expect(highProduct(.min, .min) == .max)
    #expect(roundingShift(3, 1) == 2 && roundingShift(-3, 1) == -2 && roundingShift(-3, 0) == -3)
  }

  @Test("write factors with 31 bits")
  func multipliers() {
    #expect(FixedPointMultiplier(0.5) == FixedPointMultiplier(significand: 1 << 30, shift: 0))
    #expect(FixedPointMultiplier(1) == FixedPointMultiplier(significand: 1 << 30, shift: 1))
    // The fraction rounds to 1.
    #expect(
      FixedPointMultiplier(1 - 0x1p-40) == FixedPointMultiplier(significand: 1 << 30, shift: 1))
    #expect(FixedPointMultiplier(0x1p-40) == FixedPointMultiplier(significand: 0, shift: 0))
    #expect(FixedPointMultiplier(0.25).scaled(-6) == -2 && FixedPointMultiplier(3).scaled(5) == 15)
  }

  @Test("refuse what TensorFlow Lite Micro has no kernel for")
  func refusals() {
    expectError(["t1", "no kernel for gelu in int8"]) {
      _ = try IntegerInterpreter(model(.gelu, TensorQuantization(scale: 1, zeroPoint: 0)))
    }
    expectError(["t1", "scale 1/256 and the zero point −128, not 0.5 and 3"]) {
      _ = try IntegerPlan(model(.softmax, TensorQuantization(scale: 0.5, zeroPoint: 3)))
    }
    expectError(["hard-swish needs an output scale of at least the input's 1.0 / 128, got 0.001"]) {
      _ = try IntegerPlan(model(.hardSwish, TensorQuantization(scale: 0.001, zeroPoint: 0)))
    }
    expectError(["model: tensor 1: found int8 without a scale"]) {
      _ = try IntegerPlan(model(.relu, nil))
    }
  }

  private func model(
    _ kind: DeployedOperator.Kind, _ output: TensorQuantization?
  ) -> DeployedModel {
    DeployedModel(
      tensors: [
        DeployedTensor(
          name: "t0", shape: [1, 4], type: .int8,
          quantization: TensorQuantization(scale: 1, zeroPoint: 0)),
        DeployedTensor(name: "t1", shape: [1, 4], type: .int8, quantization: output),
      ], operators: [DeployedOperator(kind, inputs: [0], output: 1)], input: 0, output: 1)
  }
}
