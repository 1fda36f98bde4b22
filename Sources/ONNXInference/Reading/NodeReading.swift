import FileFormats

/// One node as an operator's rule sees it: its operands by place, and where to put what it gives.
struct NodeReading {
  let node: ONNXNode
  var builder: GraphBuilder
  /// The numbers of the values read; nil for operands that are left out.
  let operands: [Int?]
  /// The numbers of the values given.
  private(set) var results: [Int?] = []

  init(node: ONNXNode, builder: GraphBuilder, operands: [Int?]) {
    (self.node, self.builder, self.operands) = (node, builder, operands)
  }

  var operatorSet: Int { builder.operatorSet }
  var operandCount: Int { operands.count }

  /// Returns the operand number `place`, which must be there.
  func operand(_ place: Int) throws(Refusal) -> Int {
    guard let value = optionalOperand(place) else { throw Refusal("operand \(place) is missing") }
    return value
  }

  func optionalOperand(_ place: Int) -> Int? {
    operands.indices.contains(place) ? operands[place] : nil
  }

  func shape(_ value: Int) -> [Int] { builder.shape(value) }

  /// Returns the constant that is operand number `place`, or nil if it is left out.
  func constant(_ place: Int, _ meaning: String) throws(Refusal) -> Constant? {
    guard let value = optionalOperand(place) else { return nil }
    guard let constant = builder.constant(value) else {
      throw Refusal("\(meaning) depends on the image, expected a constant")
    }
    return constant
  }

  /// Returns the whole numbers of operand number `place`, or nil if it is left out.
  func integers(_ place: Int, _ meaning: String) throws(Refusal) -> [Int]? {
    guard let constant = try constant(place, meaning) else { return nil }
    guard let integers = constant.integers else {
      throw Refusal("\(meaning) is not made of whole numbers")
    }
    return integers
  }

  /// Returns the whole numbers of an attribute, or of an operand as newer operator sets have it.
  func integers(_ name: String, orOperand place: Int) throws(Refusal) -> [Int]? {
    if let list = try node.integers(name) { return list }
    return try integers(place, name)
  }

  /// Returns an axis as a number from 0 on.
  func axis(_ axis: Int, rank: Int) throws(Refusal) -> Int {
    guard axis >= -rank, axis < rank else {
      throw Refusal("axis \(axis) of a tensor of \(rank) dimensions")
    }
    return axis < 0 ? axis + rank : axis
  }

  /// Returns axes as numbers from 0 on, none of them twice.
  func axes(_ axes: [Int], rank: Int) throws(Refusal) -> [Int] {
    var result: [Int] = []
    for axis in axes { result.append(try self.axis(axis, rank: rank)) }
    guard Set(result).count == result.count else { throw Refusal("an axis twice in \(axes)") }
    return result
  }

  /// Appends an instruction.
  mutating func emit(
    _ operation: Operation, _ inputs: [Int], shape: [Int], kind: ElementKind? = nil
  ) throws(Refusal) -> Int {
    try builder.emit(operation, inputs, shape: shape, kind: kind, title: node.title)
  }

  mutating func emit(_ constant: Constant) throws(Refusal) -> Int { try builder.append(constant) }

  /// Gives the node's outputs, the first of them first.
  mutating func give(_ values: Int?...) throws(Refusal) {
    results = values
    for (place, output) in node.outputs.enumerated() where !output.isEmpty {
      guard place < results.count, results[place] != nil else {
        throw Refusal("its output number \(place) is not computed")
      }
    }
  }

  mutating func give(list values: [Int]) { results = values }
}

extension NodeReading {
  /// Returns a value with another shape of as many elements.
  mutating func reshaped(_ value: Int, to shape: [Int]) throws(Refusal) -> Int {
    if builder.shape(value) == shape { return value }
    return try emit(.reshape, [value], shape: shape)
  }

  /// Returns a value with its dimensions in another order.
  mutating func transposed(_ value: Int, _ order: [Int]) throws(Refusal) -> Int {
    if order == Array(order.indices) { return value }
    let shape = builder.shape(value)
    return try emit(.transpose(order), [value], shape: order.map { shape[$0] })
  }

  /// Returns the shape that operands are broadcast to.
  func broadcastShape(_ shapes: [[Int]]) throws(Refusal) -> [Int] {
    let rank = shapes.map(\.count).max() ?? 0
    var result = [Int](repeating: 1, count: rank)
    for shape in shapes {
      for (offset, size) in shape.reversed().enumerated() where size != 1 {
        let place = rank - 1 - offset
        guard result[place] == 1 || result[place] == size else {
          throw Refusal("shapes \(shapes) that do not go together")
        }
        result[place] = size
      }
    }
    return result
  }
}
