import FileFormats
import TensorKernels

// Operators that turn values into integers and back. Integers that depend on the image are kept as floats, which hold
// those of 8 and 16 bits exactly; sums of products are rounded as floats are, where other runtimes add integers.

extension OperatorTable {
  static let quantization: [String: OperatorRule] = [
    "QuantizeLinear": { (r: inout NodeReading) throws(Refusal) in try r.readQuantize() },
    "DequantizeLinear": { (r: inout NodeReading) throws(Refusal) in try r.readDequantize() },
  ]
}

extension NodeReading {
  /// round(x / scale) + zero point, halves to the even number, cut to the integers' range.
  fileprivate mutating func readQuantize() throws(Refusal) {
    let input = try operand(0)
    let range = try integerRange()
    let scale = try step(1, "the scale", of: input)
    let quotients = try combined(.divide, input, scale)
    var integers = try emit(.pointwise(.round), [quotients], shape: shape(quotients))
    if optionalOperand(2) != nil {
      integers = try combined(.add, integers, step(2, "the zero point", of: input))
    }
    let cut = PointwiseOperation.clip(lowest: range.lowerBound, highest: range.upperBound)
    try give(emit(.pointwise(cut), [integers], shape: shape(integers)))
  }

  /// (x − zero point) · scale.
  fileprivate mutating func readDequantize() throws(Refusal) {
    var values = try operand(0)
    let scale = try step(1, "the scale", of: values)
    let zeroPoint = try optionalOperand(2).map { _ throws(Refusal) in
      try step(2, "the zero point", of: values)
    }
    if let constant = builder.constant(values) {
      values = try emit(Constant(shape: constant.shape, floats: constant.floats))
    }
    if let zeroPoint { values = try combined(.subtract, values, zeroPoint) }
    try give(combined(.multiply, values, scale))
  }

  /// Returns a scale or a zero point as floats that are broadcast along its axis: one number, or one for each place.
  private mutating func step(
    _ place: Int, _ meaning: String, of value: Int
  ) throws(Refusal) -> Int {
    guard try node.integer("block_size", default: 0) == 0 else {
      throw Refusal("scales of blocks along an axis")
    }
    guard let constant = try constant(place, meaning) else {
      throw Refusal("operand \(place) is missing")
    }
    guard constant.count != 1 else {
      return try emit(Constant(shape: [], floats: constant.floats))
    }
    let sizes = shape(value)
    let axis = try axis(node.integer("axis", default: 1), rank: sizes.count)
    guard constant.shape == [sizes[axis]] else {
      throw Refusal(
        "\(meaning) of shape \(constant.shape), expected one number or \(sizes[axis])")
    }
    var broadcast = [Int](repeating: 1, count: sizes.count)
    broadcast[axis] = sizes[axis]
    return try emit(Constant(shape: broadcast, floats: constant.floats))
  }

  /// The integers that can be given: of the zero point's type, or the attribute's, or bytes without sign.
  private func integerRange() throws(Refusal) -> ClosedRange<Float> {
    let asked = try node.integer("output_dtype", default: 0)
    let zeroPoint = try constant(2, "the zero point")
    if let zeroPoint, zeroPoint.dataType == nil, asked == 0 {
      throw Refusal("the zero point is computed, so that its type is not known")
    }
    switch zeroPoint?.dataType ?? (asked == 0 ? 2 : asked) {
    case 2: return 0...255
    case 3: return -128...127
    case 4: return 0...65_535
    case 5: return -32_768...32_767
    case let other: throw Refusal("integers of type \(other), expected those of 8 or 16 bits")
    }
  }
}
