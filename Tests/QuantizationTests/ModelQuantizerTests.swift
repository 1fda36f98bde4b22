import DeployedModels
import IntegerInference
import NetworkFixtures
import NeuralNetworks
import TestSupport
import Testing

@testable import Quantization

@Suite("int8 models")
struct ModelQuantizerTests {
  @Test("keep the rules of the specification", arguments: shippedSpaces)
  func rules(space: String) throws {
    for network in try NetworkFixtures.students(of: space, count: 2) {
      let fixture = try QuantizationFixture(network, count: 4)
      let result = try PostTrainingQuantization().quantize(fixture.model, images: fixture.images)
      expectRules(result.model)
    }
  }

  @Test("keep them for every layer that there is")
  func unusualRules() throws {
    let fixture = try QuantizationFixture(unusualNetwork(height: 7))
    expectRules(
      try PostTrainingQuantization().quantize(fixture.model, images: fixture.images).model)
  }

  @Test("give nearly the logits of the floats", arguments: shippedSpaces)
  func logits(space: String) throws {
    let network = try NetworkFixtures.students(of: space, count: 1)[0]
    let fixture = try QuantizationFixture(network, count: 16)
    let result = try PostTrainingQuantization().quantize(fixture.model, images: fixture.images)
    var (signal, noise) = (0.0, 0.0)
    let (float, int8) = (
      ModelExecutor(fixture.model, capacity: 16), ModelExecutor(result.model, capacity: 16)
    )
    for executor in [float, int8] {
      executor.load(fixture.images, first: 0, count: 16)
      executor.run(images: 16)
    }
    for place in 0..<160 {
      signal += Double(float.output[place] * float.output[place])
      let error = float.output[place] - int8.output[place]
      noise += Double(error * error)
    }
    // 20 dB: an error of a tenth.
    #expect(noise < 0.01 * signal, "\(space): \(noise / signal)")
  }

  /// The executor's floats against the integers of the reference kernels, which run bit for bit as devices do.
  @Test(
    "are what the executor simulates, up to the roundings of fixed point", arguments: shippedSpaces)
  func simulation(space: String) throws {
    let side = imageSide(of: space, isThorough: Thoroughness.isFull)
    for network in try NetworkFixtures.students(of: space, count: 2, side: side) {
      let fixture = try QuantizationFixture(network, count: 4)
      try expectSimulation(fixture)
    }
  }

  @Test("are so for every layer and operator that there is")
  func unusualSimulation() throws {
    try expectSimulation(QuantizationFixture(unusualNetwork(height: 7)))
    try expectSimulation(OtherOperators.fixture())
  }

  private func expectSimulation(_ fixture: QuantizationFixture) throws {
    let model = try PostTrainingQuantization()
      .quantize(fixture.model, images: fixture.images).model
    var reference = try IntegerInterpreter(model)
    // Operator by operator, each on the integers that the reference kernels gave it.
    for image in 0..<fixture.images.count {
      reference.run(fixture.image(image))
      let executor = ModelExecutor(model, capacity: 1)
      executor.load(fixture.images, first: image, count: 1)
      executor.run(
        images: 1,
        replacing: { tensor in
          model.tensors[tensor].isConstant
            ? nil
            : reference.integers[tensor].map { model.tensors[tensor].quantization!.value(of: $0) }
        }
      ) { tensor, values in
        let quantization = model.tensors[tensor].quantization!
        for (place, expected) in reference.integers[tensor].enumerated() {
          let units = values[place] / quantization.scale + Float(quantization.zeroPoint)
          if abs(units - Float(expected)) > 1.01 {
            Issue.record("\(model.tensors[tensor].name)[\(place)]: \(units), not \(expected)")
            return
          }
        }
      }
    }
  }

  @Test("widen the scale of a channel whose bias does not fit")
  func largeBias() {
    let layer = QuantizedLayer(
      weights: [1e-12, 0.5, -1e-12, 0.25], layout: WeightLayout(shape: [2, 1, 1, 2], axis: 0),
      bias: [1, 1], inputScale: 1e-6)
    // 0.5 / 127 · 1e-6 · 2³⁰ = 4.2: both fit.
    #expect(layer.widenedChannels == 0)
    let tight = QuantizedLayer(
      weights: [1e-12, 0.5, -1e-12, 0.25], layout: WeightLayout(shape: [2, 1, 1, 2], axis: 0),
      bias: [1, 100], inputScale: 1e-6)
    #expect(tight.widenedChannels == 1)
    #expect(abs(tight.bias![1] - (1 << 30)) <= 64)
    let value = Float(tight.bias![1]) * tight.scales[1] * 1e-6
    #expect(abs(value - 100) < 1e-3)
    #expect(tight.weights[2...].allSatisfy { abs(Int($0)) < 127 })
    let dense = QuantizedLayer(
      weights: [0.5, 0.25], layout: WeightLayout(shape: [2, 1], axis: nil), bias: [0, 1000],
      inputScale: 1e-6)
    #expect(dense.widenedChannels == 1 && dense.scales.count == 1)
  }

  @Test("have usable scales for channels and tensors of zeros")
  func zeros() throws {
    let layer = QuantizedLayer(
      weights: [0, 0, 0.5, 0.25], layout: WeightLayout(shape: [2, 1, 1, 2], axis: 0),
      bias: [0.3, 0], inputScale: 0.01)
    #expect(layer.scales[0] == layer.scales[1])
    #expect(abs(Float(layer.bias![0]) * layer.scales[0] * 0.01 - 0.3) < 1e-4)
    let nothing = QuantizedLayer(
      weights: [0, 0], layout: WeightLayout(shape: [1, 1, 1, 2], axis: 3), bias: nil,
      inputScale: 0.01)
    #expect(nothing.scales == [1 / 127, 1 / 127] && nothing.weights == [0, 0])

    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 4, channels: 2))
    try builder.append(.convolution(kernel: 3, stride: 1, channels: 4, bias: true))
    let source = builder.current
    try builder.append(.zero)
    try builder.add(source)
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 3))
    let fixture = try QuantizationFixture(try builder.network())
    let result = try PostTrainingQuantization().quantize(fixture.model, images: fixture.images)
    expectRules(result.model)
    let zero = result.model.operators.first { $0.kind == .multiply }!.output
    #expect(abs(result.model.tensors[zero].quantization!.scale - 1 / 255) < 1e-6)
  }

  @Test("of several images in a row never differ by threads")
  func threads() throws {
    let fixture = try QuantizationFixture(
      try NetworkFixtures.students(of: "mobile-cnn", count: 1)[0], count: 9)
    for observer in RangeObserverKind.allCases {
      let quantization = PostTrainingQuantization(observer: observer)
      let one = try quantization.quantize(fixture.model, images: fixture.images, threads: 1)
      let two = try quantization.quantize(fixture.model, images: fixture.images, threads: 2)
      #expect(one.model == two.model)
    }
  }

  @Test("are refused where the model, an image or a range is wrong")
  func errors() throws {
    let network = try NetworkFixtures.students(of: "mobile-cnn", count: 1)[0]
    let fixture = try QuantizationFixture(network, count: 2)
    let small = try CalibrationImages([1, 2], count: 1)
    expectError(["calibration", "images of 2 values", "2352"]) {
      _ = try PostTrainingQuantization().quantize(fixture.model, images: small)
    }
    expectError(["calibration", "no images"]) { _ = try CalibrationImages([], count: 0) }
    expectError(["no finite number"]) { _ = try CalibrationImages([.nan], count: 1) }
    let structure = try LoweredNetwork(structureOf: network).model
    expectError(["no values", "trained"]) {
      _ = try PostTrainingQuantization().quantize(structure, images: fixture.images)
    }
    let result = try PostTrainingQuantization().quantize(fixture.model, images: fixture.images)
    expectError(["int8", "expected float32"]) {
      _ = try PostTrainingQuantization().quantize(result.model, images: fixture.images)
    }
    var ranges = result.ranges
    ranges[fixture.model.input] = nil
    expectError(["input", "no range"]) { _ = try fixture.model.quantized(ranges: ranges) }
  }

  /// Checks types, scales and zero points of every tensor.
  private func expectRules(_ model: DeployedModel) {
    for (index, tensor) in model.tensors.enumerated() {
      if tensor.isConstant, case .int32 = tensor.values, tensor.quantization == nil { continue }
      let quantization = tensor.quantization
      #expect(quantization != nil, "\(tensor.name)")
      #expect(quantization?.scales.allSatisfy { $0.isNormal && $0 > 0 } == true, "\(tensor.name)")
      if !tensor.isConstant { #expect(tensor.type == .int8, "\(tensor.name)") }
      #expect(quantization?.zeroPoints.allSatisfy { (-128...127).contains($0) } == true)
      _ = index
    }
    for step in model.operators {
      let (inputs, output) = (step.inputs.map { model.tensors[$0] }, model.tensors[step.output])
      switch step.kind {
      case .convolution, .depthwiseConvolution, .fullyConnected:
        let axis = step.kind.weightAxis
        let weights = inputs[1].quantization!
        #expect(weights.scales.count == (axis.map { inputs[1].shape[$0] } ?? 1))
        #expect(weights.axis == (axis ?? 0) && weights.zeroPoints.allSatisfy { $0 == 0 })
        guard case .int8(let values) = inputs[1].values else {
          Issue.record("no int8 weights")
          continue
        }
        #expect(values.allSatisfy { $0 >= -127 })
        let bias = inputs[2].quantization!
        #expect(inputs[2].type == .int32 && bias.zeroPoints.allSatisfy { $0 == 0 })
        for (scale, weight) in zip(bias.scales, weights.scales) {
          #expect(abs(scale - weight * inputs[0].quantization!.scale) <= 1e-6 * scale)
        }
      case .averagePool, .maxPool, .reshape, .pad, .transpose, .relu6:
        #expect(inputs[0].quantization == output.quantization)
      case .softmax, .logistic:
        #expect(output.quantization == TensorQuantization(scale: 1 / 256, zeroPoint: -128))
      case .hardSwish:
        #expect(output.quantization!.scale > inputs[0].quantization!.scale / 128)
      case .add:
        let largest = inputs.map { $0.quantization!.scale }.max()!
        #expect(output.quantization!.scale > 2 * largest / Float(1 << 20))
      default: break
      }
    }
  }
}
