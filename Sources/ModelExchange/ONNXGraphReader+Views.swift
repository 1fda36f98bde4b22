import FileFormats
import NeuralNetworks

// Operators that compute nothing: constants, and the same values in other dimensions.

extension ONNXGraphReader {
  mutating func readConstant(_ node: ONNXNode) throws(Refusal) {
    let name = node.outputs.first ?? ""
    for (attribute, value) in node.attributes {
      let array: NumericArray
      switch (attribute, value) {
      case ("value", .tensor(let tensor)): return define(node, as: tensor)
      case ("value_int", .integer(let number)):
        array = NumericArray(shape: [], [Int64(number)])
      case ("value_ints", .integers(let list)):
        array = NumericArray(shape: [list.count], list.map(Int64.init))
      case ("value_float", .float(let number)): array = NumericArray(shape: [], [number])
      case ("value_floats", .floats(let list)):
        array = NumericArray(shape: [list.count], list)
      default: continue
      }
      return define(node, as: ONNXTensor(name: name, array))
    }
    throw Refusal("no value that is understood")
  }

  mutating func readView(_ node: ONNXNode) throws(Refusal) {
    if isConstant(0, of: node), let constant = try constant(0, of: node) {
      let sizes = try viewed(constant.shape, node)
      guard try product(sizes) == product(constant.shape) else {
        throw Refusal("constants of \(constant.shape) as \(sizes)")
      }
      var view = constant
      view.shape = sizes
      view.values = constant.values.map {
        NumericArray(shape: sizes, elementType: $0.elementType, bytes: $0.bytes)
      }
      return define(node, as: view)
    }
    let input = try tensor(0, of: node)
    if node.operation == "Identity" {
      try append(.identity, node, reading: [input], sizes: input.sizes)
    } else {
      define(node, asViewOf: input, sizes: try viewed(input.sizes, node))
    }
  }

  /// Returns the sizes that an operator gives to values of `sizes`.
  private func viewed(_ sizes: [Int], _ node: ONNXNode) throws(Refusal) -> [Int] {
    switch node.operation {
    case "Flatten":
      let axis = try node.integer("axis", default: 1)
      let split = axis == sizes.count ? axis : try place(axis, in: sizes)
      return [try product(Array(sizes[..<split])), try product(Array(sizes[split...]))]
    case "Reshape": return try reshaped(sizes, node)
    case "Squeeze": return try squeezed(sizes, node)
    case "Unsqueeze": return try unsqueezed(sizes, node)
    default: return sizes
    }
  }

  /// Sizes as the operand says; 0 keeps the size, −1 is what is left.
  private func reshaped(_ sizes: [Int], _ node: ONNXNode) throws(Refusal) -> [Int] {
    guard let wanted = try integers("shape", orOperand: 1, of: node) else {
      throw Refusal("no shape")
    }
    try node.require("allowzero", 0, default: 0)
    var result: [Int] = []
    for (place, size) in wanted.enumerated() {
      result.append(size == 0 && place < sizes.count ? sizes[place] : size)
    }
    let total = try product(sizes)
    if let open = result.firstIndex(of: -1) {
      result[open] = 1
      result[open] = max(1, total / (try product(result)))
    }
    guard try product(result) == total else {
      throw Refusal("shape \(wanted) for \(sizes), expected as many values")
    }
    return result
  }

  private func squeezed(_ sizes: [Int], _ node: ONNXNode) throws(Refusal) -> [Int] {
    guard let axes = try integers("axes", orOperand: 1, of: node) else {
      return sizes.filter { $0 > 1 }
    }
    var gone: Set<Int> = []
    for axis in axes {
      let place = try place(axis, in: sizes)
      guard sizes[place] == 1 else { throw Refusal("axis \(axis) of \(sizes) is not 1") }
      gone.insert(place)
    }
    return sizes.indices.filter { !gone.contains($0) }.map { sizes[$0] }
  }

  private func unsqueezed(_ sizes: [Int], _ node: ONNXNode) throws(Refusal) -> [Int] {
    guard let axes = try integers("axes", orOperand: 1, of: node) else {
      throw Refusal("no axes")
    }
    guard sizes.count + axes.count <= 16 else {
      throw Refusal("\(sizes.count + axes.count) dimensions, expected at most 16")
    }
    // Axes count in the result.
    let result = [Int](repeating: 1, count: sizes.count + axes.count)
    var added: Set<Int> = []
    for axis in axes { added.insert(try place(axis, in: result)) }
    guard added.count == axes.count else { throw Refusal("axes \(axes) name one twice") }
    var rest = sizes[...]
    return result.indices.map { added.contains($0) ? 1 : rest.removeFirst() }
  }
}
