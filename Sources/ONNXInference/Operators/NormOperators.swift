import FileFormats
import TensorKernels

// Operators that normalise values.

extension OperatorTable {
  static let norms: [String: OperatorRule] = [
    "BatchNormalization": { (r: inout NodeReading) throws(Refusal) in try r.readBatchNorm() },
    "LayerNormalization": { (r: inout NodeReading) throws(Refusal) in try r.readLayerNorm() },
    "InstanceNormalization": { (r: inout NodeReading) throws(Refusal) in
      let input = try r.operand(0)
      guard r.shape(input).count > 2 else { throw Refusal("shape \(r.shape(input))") }
      try r.readGroupNorm(groups: r.shape(input)[1])
    },
    "GroupNormalization": { (r: inout NodeReading) throws(Refusal) in
      try r.readGroupNorm(groups: r.node.integer("num_groups", default: 0))
    },
    "LpNormalization": { (r: inout NodeReading) throws(Refusal) in
      let input = try r.operand(0)
      let axis = try r.axis(r.node.integer("axis", default: -1), rank: r.shape(input).count)
      let order = try r.node.integer("p", default: 2)
      guard order == 1 || order == 2 else { throw Refusal("p \(order)") }
      var size = try r.reduced(
        order == 1 ? .sumOfMagnitudes : .sumOfSquares, input, axes: [axis])
      if order == 2 { size = try r.emit(.pointwise(.sqrt), [size], shape: r.shape(size)) }
      // Zeros stay zeros.
      let floor = PointwiseOperation.clip(lowest: 1e-30, highest: .infinity)
      size = try r.emit(.pointwise(floor), [size], shape: r.shape(size))
      try r.give(r.combined(.divide, input, size))
    },
    "Softmax": { (r: inout NodeReading) throws(Refusal) in
      try r.readSoftmax(isLogarithm: false)
    },
    "LogSoftmax": { (r: inout NodeReading) throws(Refusal) in
      try r.readSoftmax(isLogarithm: true)
    },
  ]
}

extension NodeReading {
  /// Returns constant floats of a shape.
  private func floats(_ place: Int, _ name: String, shape: [Int]) throws(Refusal) -> [Float] {
    guard let constant = try constant(place, name), constant.kind == .float,
      constant.shape == shape
    else { throw Refusal("\(name) is not a constant of shape \(shape)") }
    return constant.floats
  }

  fileprivate mutating func readBatchNorm() throws(Refusal) {
    guard try !node.flag("training_mode"), try node.flag("spatial", default: true) else {
      throw Refusal("training_mode, or statistics of every position")
    }
    let input = try operand(0)
    guard shape(input).count >= 2 else { throw Refusal("shape \(shape(input))") }
    let channels = shape(input)[1]
    let gamma = try floats(1, "scale", shape: [channels])
    let beta = try floats(2, "B", shape: [channels])
    let mean = try floats(3, "input_mean", shape: [channels])
    let variance = try floats(4, "input_var", shape: [channels])
    let epsilon = try node.float("epsilon", default: 1e-5)
    var (scale, shift) = (gamma, beta)
    for c in 0..<channels {
      // In double precision, since it is done once.
      let factor = Double(gamma[c]) / (Double(variance[c]) + Double(epsilon)).squareRoot()
      scale[c] = Float(factor)
      shift[c] = Float(Double(beta[c]) - Double(mean[c]) * factor)
    }
    try give(affine(input, axis: 1, scale: scale, shift: shift))
  }

  mutating func affine(
    _ input: Int, axis: Int, scale: [Float], shift: [Float]
  ) throws(Refusal) -> Int {
    let parts = [
      try emit(Constant(shape: [scale.count], floats: scale)),
      try emit(Constant(shape: [shift.count], floats: shift)),
    ]
    return try emit(.affine(axis: axis), [input] + parts, shape: shape(input))
  }

  fileprivate mutating func readLayerNorm() throws(Refusal) {
    let input = try operand(0)
    let sizes = shape(input)
    let axis = try axis(node.integer("axis", default: -1), rank: sizes.count)
    let normalized = Array(sizes[axis...])
    let epsilon = try node.float("epsilon", default: 1e-5)
    // Constants of fewer dimensions are broadcast.
    var operands = [input]
    var flags = [false, false]
    for place in 1...2 {
      guard let value = optionalOperand(place) else { continue }
      guard try broadcastShape([shape(value), normalized]) == normalized else {
        throw Refusal("a scale or bias of shape \(shape(value)) for \(normalized)")
      }
      operands.append(try expanded(value, to: normalized))
      flags[place - 1] = true
    }
    guard normalized.product > 0 else { throw Refusal("shape \(sizes)") }
    try give(
      emit(
        .normalize(
          dimensions: normalized.count, epsilon: epsilon, hasGamma: flags[0], hasBeta: flags[1]),
        operands, shape: sizes))
  }

  /// Before operator set 21 a group has one scale, since then each channel has its own.
  fileprivate mutating func readGroupNorm(groups: Int) throws(Refusal) {
    let input = try operand(0)
    let sizes = shape(input)
    guard sizes.count >= 2, groups > 0, sizes[1] % groups == 0, sizes.product > 0 else {
      throw Refusal("\(groups) groups of shape \(sizes)")
    }
    let channels = sizes[1]
    func perChannel(_ place: Int, _ name: String) throws(Refusal) -> [Float] {
      guard let values = try constant(place, name)?.floats,
        values.count == channels || values.count == groups
      else { throw Refusal("\(name) is not a constant of \(channels) numbers") }
      return values.count == channels
        ? values : (0..<channels).map { values[$0 / (channels / groups)] }
    }
    let (scale, shift) = (try perChannel(1, "scale"), try perChannel(2, "bias"))
    let grouped = [sizes[0], groups, sizes.product / sizes[0] / groups]
    let normal = try emit(
      .normalize(
        dimensions: 1, epsilon: node.float("epsilon", default: 1e-5), hasGamma: false,
        hasBeta: false), [reshaped(input, to: grouped)], shape: grouped)
    try give(
      affine(reshaped(normal, to: sizes), axis: 1, scale: scale, shift: shift))
  }

  /// Over one axis since operator set 13; before, over all from an axis on.
  fileprivate mutating func readSoftmax(isLogarithm: Bool) throws(Refusal) {
    let input = try operand(0)
    let sizes = shape(input)
    let axis = try axis(
      node.integer("axis", default: operatorSet >= 13 ? -1 : 1), rank: max(1, sizes.count))
    guard !sizes.isEmpty else { throw Refusal("a single number") }
    let operation = Operation.softmax(isLogarithm: isLogarithm)
    if operatorSet < 13 {
      let flat = [Array(sizes[..<axis]).product, Array(sizes[axis...]).product]
      let result = try emit(operation, [reshaped(input, to: flat)], shape: flat)
      return try give(reshaped(result, to: sizes))
    }
    var order = Array(sizes.indices)
    order.swapAt(axis, order.count - 1)
    let moved = try transposed(input, order)
    try give(transposed(emit(operation, [moved], shape: shape(moved)), order))
  }
}
