import FileFormats
import TensorKernels

// Operators that make one value of many.

extension OperatorTable {
  static let reductions: [String: OperatorRule] = [
    "ReduceMean": { (r: inout NodeReading) throws(Refusal) in
      try r.readReduction { (r: inout NodeReading, input, axes) throws(Refusal) in
        try r.mean(input, axes: axes)
      }
    },
    "ReduceSum": { (r: inout NodeReading) throws(Refusal) in try r.readReduction(.sum) },
    "ReduceMax": { (r: inout NodeReading) throws(Refusal) in try r.readReduction(.maximum) },
    "ReduceMin": { (r: inout NodeReading) throws(Refusal) in try r.readReduction(.minimum) },
    "ReduceProd": { (r: inout NodeReading) throws(Refusal) in try r.readReduction(.product) },
    "ReduceSumSquare": { (r: inout NodeReading) throws(Refusal) in
      try r.readReduction(.sumOfSquares)
    },
    "ReduceL1": { (r: inout NodeReading) throws(Refusal) in
      try r.readReduction(.sumOfMagnitudes)
    },
    "ReduceL2": { (r: inout NodeReading) throws(Refusal) in
      try r.readReduction(.sumOfSquares, then: .sqrt)
    },
    "ReduceLogSum": { (r: inout NodeReading) throws(Refusal) in
      try r.readReduction(.sum, then: .log)
    },
  ]
}

extension NodeReading {
  /// Returns a value with some dimensions reduced to 1.
  mutating func reduced(_ kind: Reduction, _ input: Int, axes: [Int]) throws(Refusal) -> Int {
    var shape = shape(input)
    for axis in axes { shape[axis] = 1 }
    guard self.shape(input).product > 0 else { throw Refusal("a reduction of nothing") }
    return try emit(.reduce(kind, axes: axes), [input], shape: shape)
  }

  mutating func mean(_ input: Int, axes: [Int]) throws(Refusal) -> Int {
    guard builder.kind(input) == .float else { throw Refusal("a mean of whole numbers") }
    let sum = try reduced(.sum, input, axes: axes)
    let count = axes.reduce(1) { $0 * shape(input)[$1] }
    return try emit(
      .pointwise(.affine(scale: 1 / Float(count), shift: 0)), [sum], shape: shape(sum))
  }

  fileprivate mutating func readReduction(
    _ kind: Reduction, then function: PointwiseOperation? = nil
  ) throws(Refusal) {
    try readReduction { (r: inout NodeReading, input, axes) throws(Refusal) in
      let result = try r.reduced(kind, input, axes: axes)
      guard let function else { return result }
      return try r.emit(.pointwise(function), [result], shape: r.shape(result))
    }
  }

  /// Axes are an attribute at first and an operand since 13 (sums) or 18; none means all, or nothing to do.
  fileprivate mutating func readReduction(
    _ body: (inout NodeReading, Int, [Int]) throws(Refusal) -> Int
  ) throws(Refusal) {
    let input = try operand(0)
    let sizes = shape(input)
    let list = try integers("axes", orOperand: 1) ?? []
    if list.isEmpty, try node.flag("noop_with_empty_axes") {
      // Each value is then reduced by itself.
      return try give(body(&self, input, []))
    }
    let axes = list.isEmpty ? Array(sizes.indices) : try axes(list, rank: sizes.count)
    let result = try body(&self, input, axes)
    guard try !node.flag("keepdims", default: true) else { return try give(result) }
    try give(
      reshaped(result, to: sizes.indices.filter { !axes.contains($0) }.map { sizes[$0] }))
  }
}
