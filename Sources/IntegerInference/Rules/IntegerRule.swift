import DeployedModels

/// What an operator computes in int8: one page of rules.
///
/// A value is S · (q − Z) with a scale S and a zero point Z; weights have Z = 0 and often a scale for each channel, biases
/// the scale S_in · S_weight. Real factors M are `FixedPointMultiplier`s: x · M is a 31-bit product that is rounded, then a
/// rounding shift to the right.
///
/// | operator | output |
/// |---|---|
/// | convolution, depthwise, dense | `ProductRule`: M_c (bias + Σ w (q − Z_in)) + Z_out |
/// | add | `SumRule`: both at 20 more bits and twice the larger scale |
/// | multiply | `FactorRule`: M (a − Z_a)(b − Z_b) + Z_out |
/// | average pool | Σ q / n, rounded, halves away from zero, over the n positions inside the image; S and Z stay |
/// | max pool | the largest; S and Z stay |
/// | mean | `MeanRule`: M (Σ q − n Z_in) + Z_out, 1/n in M |
/// | reshape, transpose, pad | the same integers; around the image stands Z |
/// | quantize, relu, relu6, hard-swish, logistic | `UnaryRule` |
/// | softmax | `SoftmaxRule` |
/// | quantize of floats, dequantize | `TensorQuantization.integer(of:)`, `value(of:)` |
///
/// M's are computed in fp64, also those that the sources of August 2026 divide or multiply in fp32 (dense layers of one
/// scale, relu, hard-swish): so the wheel does, which is the oracle.
///
/// After each stands a clamp to int8, or to the range of the fused activation.
///
/// Sources: LiteRT 8-bit quantization specification; TensorFlow Lite Micro's reference kernels as its Python wheel has them:
/// two roundings (`TFLITE_SINGLE_ROUNDING` unset). CMSIS-NN computes the same for those operators that it has, if it is built
/// with two roundings as well; XNNPACK multiplies in fp32 and differs by one unit where a product lies near a half.
enum IntegerRule {
  case convolution(WindowPlace, ProductRule)
  case depthwise(WindowPlace, ProductRule)
  case dense(ProductRule)
  case sum(SumRule)
  case factor(FactorRule)
  case averagePool(WindowPlace, ClosedRange<Int32>)
  case maxPool(WindowPlace, ClosedRange<Int32>)
  case mean(MeanRule)
  case copy
  case pad(before: [Int], value: Int8)
  case transpose([Int])
  case unary(UnaryRule)
  case softmax(SoftmaxRule)
  case quantize(TensorQuantization)
  case dequantize(TensorQuantization)

  /// Reads an operator of a model, and refuses what Micro's kernels refuse or do not have.
  init(_ site: OperatorSite) throws(DeploymentError) {
    switch site.step.kind {
    case .convolution(let window):
      let place = try WindowPlace(window, site)
      let weights = try site.tensor(1).shape
      try site.require(
        weights.count == 4 && weights[1] == window.height && weights[2] == window.width
          && weights[3] > 0 && place.channels % weights[3] == 0
          && weights[0] % (place.channels / weights[3]) == 0 && site.output.channels == weights[0],
        "weights of the shape \(weights) for \(place.channels) input and \(site.output.channels) output channels"
      )
      self = .convolution(place, try ProductRule(site, channels: weights[0]))
    case .depthwiseConvolution(let window):
      let place = try WindowPlace(window, site)
      let weights = try site.tensor(1).shape
      try site.require(
        weights == [1, window.height, window.width, place.channels]
          && site.output.channels == place.channels,
        "depthwise weights of the shape \(weights) for \(place.channels) channels")
      self = .depthwise(place, try ProductRule(site, channels: place.channels))
    case .fullyConnected:
      let (input, weights) = (try site.tensor(0), try site.tensor(1).shape)
      try site.require(
        weights.count == 2 && weights[1] > 0 && input.elementCount == weights[1],
        "dense weights of the shape \(weights) for \(input.shape)")
      try site.requireOutput(count: weights[0])
      self = .dense(try ProductRule(site, channels: weights[0]))
    case .add:
      try Self.requireRepeating(site)
      self = .sum(try SumRule(site))
    case .multiply:
      try Self.requireRepeating(site)
      self = .factor(try FactorRule(site))
    case .averagePool(let window):
      self = .averagePool(try WindowPlace(window, site), try Self.pooledRange(site))
    case .maxPool(let window):
      self = .maxPool(try WindowPlace(window, site), try Self.pooledRange(site))
    case .mean: self = .mean(try MeanRule(site))
    case .reshape:
      try site.requireOutput(count: try site.tensor(0).elementCount)
      try Self.requireSame(site)
      self = .copy
    case .pad:
      let (shape, pads) = (try site.tensor(0).shape, try site.int32Values(1).map(Int.init))
      try site.require(
        pads.count == 2 * shape.count && pads.allSatisfy { $0 >= 0 }
          && site.output.shape
            == shape.indices.map { shape[$0] + pads[2 * $0] + pads[2 * $0 + 1] },
        "\(pads) around \(shape) does not give \(site.output.shape)")
      try Self.requireSame(site)
      self = .pad(
        before: shape.indices.map { pads[2 * $0] },
        value: Int8(try site.outputQuantization().zeroPoint))
    case .transpose:
      let (shape, order) = (try site.tensor(0).shape, try site.int32Values(1).map(Int.init))
      try site.require(
        order.sorted() == Array(shape.indices) && site.output.shape == order.map { shape[$0] },
        "the order \(order) of \(shape) does not give \(site.output.shape)")
      try Self.requireSame(site)
      self = .transpose(order)
    case .softmax: self = .softmax(try SoftmaxRule(site))
    case .logistic: self = .unary(.logistic(try LogisticRule(site)))
    case .relu: self = .unary(try .relu(site))
    case .relu6: self = .unary(try .relu6(site))
    case .hardSwish: self = .unary(.hardSwish(try HardSwishRule(site)))
    case .quantize:
      try site.requireOutput(count: try site.tensor(0).elementCount)
      self =
        try site.tensor(0).type == .float32
        ? .quantize(try site.outputQuantization()) : .unary(try .requantization(site))
    case .dequantize:
      try site.requireOutput(count: try site.tensor(0).elementCount)
      try site.require(
        site.output.type == .float32, "dequantize gives float32, not \(site.output.type.rawValue)")
      self = .dequantize(try site.quantization(of: 0))
    case .gelu:
      throw DeploymentError(
        layer: site.name, reason: "TensorFlow Lite Micro has no kernel for gelu in int8")
    }
    if case .unary = self { try site.requireOutput(count: try site.tensor(0).elementCount) }
    if case .softmax = self { try site.requireOutput(count: try site.tensor(0).elementCount) }
  }

  /// A second operand of fewer values repeats: one value for all, or the last dimensions.
  private static func requireRepeating(_ site: OperatorSite) throws(DeploymentError) {
    let (first, second) = (try site.tensor(0).shape, try site.tensor(1).shape)
    let repeated = Array(second.drop { $0 == 1 })
    try site.require(
      Array(first.suffix(repeated.count)) == repeated,
      "operands of the shapes \(first) and \(second), expected the second to repeat along the first"
    )
    try site.requireOutput(count: first.reduce(1, *))
  }

  private static func pooledRange(
    _ site: OperatorSite
  ) throws(DeploymentError) -> ClosedRange<Int32> {
    let (input, output) = (try site.quantization(of: 0), try site.outputQuantization())
    let channels = try site.tensor(0).channels
    try site.require(
      abs(input.scale - output.scale) <= 1e-6 && input.zeroPoint == output.zeroPoint
        && site.output.channels == channels,
      "a pool keeps the channels, the scale and the zero point of its input")
    if case .averagePool(let window) = site.step.kind {
      // Twice a sum of so many bytes still has 31 bits.
      let shape = try site.image(0)
      let positions = min(window.height, shape[1]) * min(window.width, shape[2])
      try site.require(
        positions <= 1 << 22, "a mean over \(positions) positions, expected at most \(1 << 22)")
    }
    return output.range(of: site.step.activation)
  }

  private static func requireSame(_ site: OperatorSite) throws(DeploymentError) {
    let (input, output) = (try site.quantization(of: 0), try site.outputQuantization())
    try site.require(
      input == output,
      "the output keeps the input's integers, so it needs the same scale and zero point")
  }
}

extension DeployedModel {
  /// Returns the rules of all operators, in order.
  func integerRules() throws(DeploymentError) -> [IntegerRule] {
    do {
      try check()
    } catch {
      throw DeploymentError(layer: "model", reason: "\(error)")
    }
    var rules: [IntegerRule] = []
    for step in operators { rules.append(try IntegerRule(OperatorSite(model: self, step: step))) }
    return rules
  }
}
