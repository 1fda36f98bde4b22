import TensorKernels

// Scaling and shifting by constants, and where it can go.

extension ProgramEditor {
  /// x + c, x · c and the like become affine, for one c or one for each place along an axis.
  mutating func foldConstantOperand(_ index: Int) {
    let instruction = instruction(index)
    guard case .combine(let function, nil) = instruction.operation else { return }
    let (left, right) = (instruction.inputs[0], instruction.inputs[1])
    let isRight = constant(right) != nil
    let (x, other) = isRight ? (left, right) : (right, left)
    guard let constant = constant(other), constant.kind == .float, self.constant(x) == nil,
      shape(x) == shape(instruction.output)
    else { return }
    if function == .power, isRight {
      if constant.scalar == 2 {
        rewrite(index, .combine(.multiply, then: nil), [x, x])
      } else if constant.scalar == 0.5 {
        rewrite(index, .pointwise(.sqrt), [x])
      }
      return
    }
    func pair(_ c: Float) -> (scale: Float, shift: Float)? {
      switch (function, isRight) {
      case (.add, _): (1, c)
      case (.multiply, _): (c, 0)
      case (.subtract, true): (1, -c)
      case (.subtract, false): (-1, c)
      case (.divide, true): (1 / c, 0)
      default: nil
      }
    }
    let pairs = constant.floats.compactMap(pair)
    guard pairs.count == constant.count, !pairs.isEmpty else { return }
    if constant.count == 1 {
      rewrite(index, .pointwise(.affine(scale: pairs[0].scale, shift: pairs[0].shift)), [x])
      return
    }
    let long = constant.shape.indices.filter { constant.shape[$0] != 1 }
    guard long.count == 1 else { return }
    let axis = shape(x).count - constant.shape.count + long[0]
    let scale = append(Constant(shape: [pairs.count], floats: pairs.map(\.scale)))
    let shift = append(Constant(shape: [pairs.count], floats: pairs.map(\.shift)))
    rewrite(index, .affine(axis: axis), [x, scale, shift])
  }

  /// The scaling of an instruction: for all values, or along an axis.
  struct Scaling {
    var axis: Int?
    var scale: [Float]
    var shift: [Float]
  }

  func scaling(_ instruction: Instruction) -> Scaling? {
    switch instruction.operation {
    case .pointwise(.affine(let scale, let shift)):
      return Scaling(axis: nil, scale: [scale], shift: [shift])
    case .affine(let axis):
      guard let scale = constant(instruction.inputs[1]), let shift = constant(instruction.inputs[2])
      else { return nil }
      return Scaling(axis: axis, scale: scale.floats, shift: shift.floats)
    default: return nil
    }
  }

  /// a₂·(a₁·x + b₁) + b₂ is one scaling.
  mutating func mergeScaling(_ index: Int) {
    guard let outer = scaling(instruction(index)),
      let (_, before) = onlyProducer(of: instruction(index).inputs[0]),
      let inner = scaling(before),
      outer.axis == nil || inner.axis == nil || outer.axis == inner.axis
    else { return }
    let count = max(inner.scale.count, outer.scale.count)
    func at(_ list: [Float], _ place: Int) -> Float { list.count == 1 ? list[0] : list[place] }
    var merged = Scaling(axis: outer.axis ?? inner.axis, scale: [], shift: [])
    for place in 0..<count {
      merged.scale.append(at(inner.scale, place) * at(outer.scale, place))
      merged.shift.append(
        at(inner.shift, place) * at(outer.scale, place) + at(outer.shift, place))
    }
    guard let axis = merged.axis else {
      rewrite(
        index, .pointwise(.affine(scale: merged.scale[0], shift: merged.shift[0])),
        [before.inputs[0]])
      return
    }
    let parts = [
      append(Constant(shape: [count], floats: merged.scale)),
      append(Constant(shape: [count], floats: merged.shift)),
    ]
    rewrite(index, .affine(axis: axis), [before.inputs[0]] + parts)
  }

  /// A scaling right behind a convolution, product or norm with constant parameters goes into them.
  mutating func foldIntoWeights(_ index: Int) {
    guard let scaling = scaling(instruction(index)),
      let (place, before) = onlyProducer(of: instruction(index).inputs[0])
    else { return }
    let sizes = shape(before.output)
    switch before.operation {
    case .convolution(var convolution):
      guard scaling.axis == nil || scaling.axis == 1, convolution.then == nil,
        !convolution.hasAddend, let weights = constant(before.inputs[1])
      else { return }
      let outputs = sizes[1]
      let (scale, shift) = spread(scaling, over: outputs)
      let perOutput = weights.count / outputs
      var values = weights.floats
      for place in values.indices { values[place] *= scale[place / perOutput] }
      var bias = shift
      if convolution.hasBias, let old = constant(before.inputs[2])?.floats {
        for place in bias.indices { bias[place] += scale[place] * old[place] }
      }
      convolution.hasBias = convolution.hasBias || bias.contains { $0 != 0 }
      let inputs =
        [before.inputs[0], append(Constant(shape: weights.shape, floats: values))]
        + (convolution.hasBias ? [append(Constant(shape: [outputs], floats: bias))] : [])
      rewrite(place, .convolution(convolution), inputs)
    case .product(var product):
      let last = sizes.count - 1
      guard scaling.axis == nil || scaling.axis == last, product.then == nil, !product.hasAddend
      else { return }
      let n = sizes[last]
      let (scale, shift) = spread(scaling, over: n)
      var bias = shift
      if product.hasBias {
        guard let old = constant(before.inputs[2])?.floats else { return }
        for place in bias.indices { bias[place] += scale[place] * old[place] }
      }
      var right = before.inputs[1]
      if let weights = constant(right) {
        var values = weights.floats
        for place in values.indices { values[place] *= scale[place % n] }
        right = append(Constant(shape: weights.shape, floats: values))
      } else {
        guard let first = scale.first, scale.allSatisfy({ $0 == first }) else { return }
        product.scale *= first
      }
      product.hasBias = product.hasBias || bias.contains { $0 != 0 }
      rewrite(
        place, .product(product),
        [before.inputs[0], right]
          + (product.hasBias ? [append(Constant(shape: [n], floats: bias))] : []))
    case .normalize(1, let epsilon, let hasGamma, let hasBeta):
      let last = sizes.count - 1
      guard scaling.axis == nil || scaling.axis == last else { return }
      var (gamma, beta) = spread(scaling, over: sizes[last])
      if hasGamma || hasBeta {
        let oldGamma = hasGamma ? constant(before.inputs[1])?.floats : nil
        let oldBeta = hasBeta ? constant(before.inputs[hasGamma ? 2 : 1])?.floats : nil
        guard (oldGamma != nil) == hasGamma, (oldBeta != nil) == hasBeta else { return }
        if let oldBeta { for c in beta.indices { beta[c] += gamma[c] * oldBeta[c] } }
        if let oldGamma { for c in gamma.indices { gamma[c] *= oldGamma[c] } }
      }
      rewrite(
        place, .normalize(dimensions: 1, epsilon: epsilon, hasGamma: true, hasBeta: true),
        [
          before.inputs[0], append(Constant(shape: [gamma.count], floats: gamma)),
          append(Constant(shape: [beta.count], floats: beta)),
        ])
    default: return
    }
    replace(index, by: place)
  }

  private func spread(_ scaling: Scaling, over count: Int) -> (scale: [Float], shift: [Float]) {
    scaling.axis == nil
      ? (
        [Float](repeating: scaling.scale[0], count: count),
        [Float](repeating: scaling.shift[0], count: count)
      ) : (scaling.scale, scaling.shift)
  }

  /// A factor for all values of an operand of a product is the product's.
  mutating func foldIntoProduct(_ index: Int) {
    for place in 0..<2 {
      guard case .product(var product) = instruction(index).operation,
        let (_, before) = onlyProducer(of: instruction(index).inputs[place]),
        case .pointwise(.affine(let scale, 0)) = before.operation
      else { continue }
      product.scale *= scale
      var inputs = instruction(index).inputs
      inputs[place] = before.inputs[0]
      // With constant weights and a bias the factor is the product's alone.
      rewrite(index, .product(product), inputs)
    }
  }
}
