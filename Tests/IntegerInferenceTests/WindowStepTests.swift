import DeployedModels
import RandomStreams
import Testing

@testable import IntegerInference

/// One convolution, made for what kernels choose by: its window, its channels, the size of its image.
private struct Example {
  let window: Window
  let height: Int
  let width: Int
  let inputs: Int
  let outputs: Int
  /// As many as inputs and outputs of a depthwise one.
  var groups = 1
  /// Images and weights as far from zero as they can be.
  var isExtreme = false

  private var isDepthwise: Bool { groups > 1 && groups == inputs && groups == outputs }

  func model(_ stream: inout RandomStream) -> DeployedModel {
    let extent = window.extent(height: height, width: width)
    let taps = window.height * window.width
    let depth = taps * inputs / groups
    let weights = (0..<outputs * depth).map { place in
      isExtreme ? (place / depth % 2 == 0 ? 127 : -128) : byte(&stream, from: -128)
    }
    let biases = (0..<outputs).map { _ in Int32(byte(&stream, from: -127)) * 50 }
    var scales = (0..<outputs).map { _ in Float(0.001 + 0.003 * stream.uniform()) }
    if isExtreme { scales = scales.map { $0 / 30 } }
    let tensors = [
      DeployedTensor(
        name: "image", shape: [1, height, width, inputs], type: .int8,
        quantization: quantization(0.02, zeroPoint: isExtreme ? -128 : 3)),
      DeployedTensor(
        name: "weights",
        shape: isDepthwise
          ? [1, window.height, window.width, outputs]
          : [outputs, window.height, window.width, inputs / groups],
        values: .int8(weights),
        quantization: TensorQuantization(scales: scales, axis: isDepthwise ? 3 : 0)),
      DeployedTensor(
        name: "bias", shape: [outputs], values: .int32(biases),
        quantization: TensorQuantization(scales: scales.map { $0 * 0.02 }, axis: 0)),
      DeployedTensor(
        name: "result", shape: [1, extent.height, extent.width, outputs], type: .int8,
        quantization: quantization(0.3, zeroPoint: -5)),
    ]
    return DeployedModel(
      tensors: tensors,
      operators: [
        DeployedOperator(
          isDepthwise ? .depthwiseConvolution(window) : .convolution(window), inputs: [0, 1, 2],
          output: 3)
      ],
      input: 0, output: 3)
  }

  func image(_ stream: inout RandomStream) -> [Int8] {
    (0..<height * width * inputs).map { _ in isExtreme ? 127 : byte(&stream, from: -128) }
  }

  private func quantization(_ scale: Float, zeroPoint: Int32) -> TensorQuantization {
    TensorQuantization(scale: scale, zeroPoint: zeroPoint)
  }

  private func byte(_ stream: inout RandomStream, from least: Int) -> Int8 {
    Int8(least + Int(stream.uniform() * Double(128 - least)))
  }
}

@Suite("convolutions of the int8 engine")
struct WindowStepTests {
  @Test(
    "of 3×3 windows give the interpreter's integers, in tiles that fit and in others",
    arguments: [(1, 1), (2, 2), (4, 6), (5, 5), (7, 7), (8, 13), (14, 14), (28, 30)])
  func windows(height: Int, width: Int) throws {
    for (number, channels) in [(16, 16), (17, 20), (40, 33), (64, 16), (8, 48)].enumerated() {
      for padding in [DeployedModels.Window.Padding.same, .valid]
      where padding == .same || min(height, width) >= 3 {
        try expectSame(
          Example(
            window: Window(side: 3, stride: 1, padding: padding), height: height, width: width,
            inputs: channels.0, outputs: channels.1), seed: UInt64(number))
      }
    }
  }

  @Test("give them for the largest values and weights", arguments: [1, 2, 3, 5])
  func extremes(side: Int) throws {
    for stride in 1...2 {
      try expectSame(
        Example(
          window: Window(side: side, stride: stride, padding: .same), height: 9, width: 8,
          inputs: 96, outputs: 24, isExtreme: true), seed: 5)
    }
    // The most channels that minimal filtering takes, and weights of -128 alone.
    try expectSame(
      Example(
        window: Window(side: 3, stride: 1, padding: .valid), height: 6, width: 6, inputs: 1_827,
        outputs: 16, isExtreme: true), seed: 6)
  }

  @Test("of groups with an odd number of channels give them", arguments: [1, 2, 3])
  func groups(stride: Int) throws {
    try expectSame(
      Example(
        window: Window(side: 3, stride: stride, padding: .same), height: 11, width: 10, inputs: 15,
        outputs: 40, groups: 5), seed: 7)
  }

  @Test("of one pixel give them for images that are widened piece by piece")
  func pointwise() throws {
    for channels in [(3, 5), (16, 24), (70, 33), (200, 20)] {
      try expectSame(
        Example(
          window: Window(side: 1, stride: 1, padding: .same), height: 23, width: 29,
          inputs: channels.0, outputs: channels.1), seed: 8)
    }
  }

  @Test("of each channel give them, whatever the window", arguments: [1, 2, 3, 4, 5, 7])
  func depthwise(side: Int) throws {
    for stride in 1...3 {
      for (channels, width) in [(8, 10), (16, 8), (19, 13), (40, 4)] {
        try expectSame(
          Example(
            window: Window(side: side, stride: stride, padding: .same), height: 9, width: width,
            inputs: channels, outputs: channels, groups: channels, isExtreme: side == 4),
          seed: 9)
      }
    }
  }

  @Test("use minimal filtering where pairs of 16 bits are multiplied, and it saves a third")
  func choice() throws {
    let expected = multipliesPairs
    #expect(try usesWinograd(side: 14, inputs: 32, outputs: 32) == expected)
    #expect(try usesWinograd(side: 7, inputs: 16, outputs: 64) == expected)
    #expect(try !usesWinograd(side: 3, inputs: 32, outputs: 32))
    #expect(try !usesWinograd(side: 14, inputs: 8, outputs: 32))
    #expect(try !usesWinograd(side: 14, inputs: 32, outputs: 8))
    // Four times a sum of so many products may leave 32 bits.
    #expect(try !usesWinograd(side: 4, inputs: 1_828, outputs: 16))
  }

  private func usesWinograd(side: Int, inputs: Int, outputs: Int) throws -> Bool {
    var stream = RandomStream(seed: 1, purpose: "window steps")
    let example = Example(
      window: Window(side: 3, stride: 1, padding: .same), height: side, width: side,
      inputs: inputs, outputs: outputs)
    return try IntegerPlan(example.model(&stream)).steps.contains { $0 is WinogradStep }
  }

  private func expectSame(_ example: Example, seed: UInt64) throws {
    var stream = RandomStream(seed: seed, purpose: "window steps")
    let model = example.model(&stream)
    let plan = try IntegerPlan(model, capacity: 2)
    var interpreter = try IntegerInterpreter(model)
    let images = [example.image(&stream), example.image(&stream)]
    plan.run(integers: images.flatMap { $0 }, images: 2)
    for (number, image) in images.enumerated() {
      interpreter.run(image)
      #expect(plan.integers(image: number) == interpreter.output, "\(example)")
    }
  }
}
