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

  @Test("refuse factors whose results no kernel defines")
  func factors() throws {
    for kind in [DeployedOperator.Kind.relu, .quantize] {
      let largest = TensorQuantization(scale: 0x1p-29, zeroPoint: 0)
      let model = model(kind, largest)
      try expectSame(model, [-128, -1, 0, 127])
      expectError(["t1", "a factor of 1073741824.0, expected less than 2³⁰"]) {
        _ = try IntegerPlan(self.model(kind, TensorQuantization(scale: 0x1p-30, zeroPoint: 0)))
      }
    }
    func dense(_ outputScale: Float) -> DeployedModel {
      let unit = TensorQuantization(scale: 1, zeroPoint: 0)
      return DeployedModel(
        tensors: [
          DeployedTensor(name: "t0", shape: [1, 1], type: .int8, quantization: unit),
          DeployedTensor(name: "w", shape: [1, 1], values: .int8([127]), quantization: unit),
          DeployedTensor(
            name: "t1", shape: [1, 1], type: .int8,
            quantization: TensorQuantization(scale: outputScale, zeroPoint: 0)),
        ], operators: [DeployedOperator(.fullyConnected, inputs: [0, 1], output: 2)], input: 0,
        output: 2)
    }
    for value in [Int8.min, -3, 0, 1, .max] { try expectSame(dense(0x1p-29), [value]) }
    expectError(["t1", "expected less than 2³⁰"]) { _ = try IntegerInterpreter(dense(0x1p-30)) }
  }

  @Test("refuse sums beyond 31 bits")
  func sums() {
    let fixed = TensorQuantization(scale: 1 / 256, zeroPoint: -128)
    expectError(["softmax over 5000 values, expected at most 4095"]) {
      _ = try IntegerPlan(self.model(.softmax, fixed, shape: [1, 5000]))
    }
    let unit = TensorQuantization(scale: 1, zeroPoint: 0)
    let shape = [1, 4096, 2048, 1]
    let window = Window(side: 4096, stride: 4096, padding: .same)
    expectError(["a mean over 8388608 positions, expected at most 4194304"]) {
      _ = try IntegerPlan(
        self.model(.averagePool(window), unit, shape: shape, outputShape: [1, 1, 1, 1]))
    }
  }

  @Test("refuse a model or a run that takes more memory than there is")
  func memory() {
    let unit = TensorQuantization(scale: 1, zeroPoint: 0)
    let (long, window) = (
      1 << 28, Window(height: 1, width: 4096, strideY: 1, strideX: 1, padding: .same)
    )
    let model = DeployedModel(
      tensors: [
        DeployedTensor(name: "t0", shape: [1, long, 1, 1], type: .int8, quantization: unit),
        DeployedTensor(
          name: "w", shape: [1, 1, 4096, 1],
          values: .int8([Int8](repeating: 1, count: 4096)), quantization: unit),
        DeployedTensor(name: "t1", shape: [1, long, 1, 1], type: .int8, quantization: unit),
      ], operators: [DeployedOperator(.convolution(window), inputs: [0, 1], output: 2)], input: 0,
      output: 2)
    expectError(["model", "bytes of activations and the padding around them", "1073741824"]) {
      _ = try IntegerPlan(model)
    }
    expectError(["images of 24 bytes of activations, expected at most 4294967296"]) {
      _ = try IntegerPlan(self.model(.relu, unit), capacity: 1 << 28)
    }
  }

  /// Expects the same integers of the plain loops and of the fast engine.
  private func expectSame(_ model: DeployedModel, _ image: [Int8]) throws {
    var interpreter = try IntegerInterpreter(model)
    interpreter.run(image)
    let plan = try IntegerPlan(model)
    image.withUnsafeBufferPointer { plan.run(integers: $0.baseAddress!, images: 1) }
    #expect(plan.integers() == interpreter.output)
  }

  private func model(
    _ kind: DeployedOperator.Kind, _ output: TensorQuantization?, shape: [Int] = [1, 4],
    outputShape: [Int]? = nil
  ) -> DeployedModel {
    DeployedModel(
      tensors: [
        DeployedTensor(
          name: "t0", shape: shape, type: .int8,
          quantization: TensorQuantization(scale: 1, zeroPoint: 0)),
        DeployedTensor(
          name: "t1", shape: outputShape ?? shape, type: .int8, quantization: output),
      ], operators: [DeployedOperator(kind, inputs: [0], output: 1)], input: 0, output: 1)
  }
}
