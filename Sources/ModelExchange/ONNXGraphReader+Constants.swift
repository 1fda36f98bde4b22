import FileFormats
import NeuralNetworks

// Operators on constants and on sizes, whose result is a constant again: what exporters write to compute a
// Reshape's operand, such as Shape, Gather, Unsqueeze and Concat.

extension ONNXGraphReader {
  /// Computes a node whose operands are all known, as whole numbers.
  ///
  /// - Returns: Whether it was one of these operators; if not, nothing has happened.
  mutating func readOnConstants(_ node: ONNXNode) throws(Refusal) -> Bool {
    if node.operation == "Shape" {
      define(node, integers: try sizes(of: node))
      return true
    }
    guard !node.inputs.isEmpty,
      node.inputs.indices.allSatisfy({ node.inputs[$0].isEmpty || isConstant($0, of: node) })
    else { return false }
    switch node.operation {
    case "Gather": try readGather(node)
    case "Concat": try readConstantConcatenation(node)
    case "Slice": try readSlice(node)
    case "Cast": try readCast(node)
    case "Add", "Sub", "Mul", "Div": try readConstantArithmetic(node)
    default: return false
    }
    return true
  }

  /// The sizes of a tensor or a constant, from `start` to before `end`.
  private func sizes(of node: ONNXNode) throws(Refusal) -> [Int] {
    let sizes: [Int]
    if isConstant(0, of: node), let constant = try constant(0, of: node) {
      sizes = constant.shape
    } else {
      sizes = try tensor(0, of: node).sizes
    }
    func place(_ name: String, default value: Int) throws(Refusal) -> Int {
      let place = try node.integer(name, default: value)
      return min(max(place < 0 ? place &+ sizes.count : place, 0), sizes.count)
    }
    let (start, end) = (
      try place("start", default: 0), try place("end", default: sizes.count)
    )
    return start < end ? Array(sizes[start..<end]) : []
  }

  /// Elements of a list by their places, which are one number or a list.
  private mutating func readGather(_ node: ONNXNode) throws(Refusal) {
    try node.require("axis", 0, default: 0)
    let (values, shape) = try list(0, of: node)
    let (places, placesShape) = try list(1, of: node)
    guard shape.count == 1 else { throw Refusal("constants of \(shape), expected a list") }
    var result: [Int] = []
    for place in places { result.append(values[try self.place(place, in: values)]) }
    define(node, integers: result, shape: placesShape)
  }

  private mutating func readConstantConcatenation(_ node: ONNXNode) throws(Refusal) {
    var result: [Int] = []
    for place in node.inputs.indices {
      let (values, shape) = try list(place, of: node)
      guard shape.count == 1 else { throw Refusal("constants of \(shape), expected lists") }
      result += values
    }
    guard result.count <= ONNXGraphReader.longestList else { throw Refusal("too many constants") }
    define(node, integers: result)
  }

  /// A part of a list; bounds are operands, or attributes in older operator sets.
  private mutating func readSlice(_ node: ONNXNode) throws(Refusal) {
    let (values, shape) = try list(0, of: node)
    let starts = try integers("starts", orOperand: 1, of: node) ?? []
    let ends = try integers("ends", orOperand: 2, of: node) ?? []
    let steps = try integers("steps", orOperand: 4, of: node) ?? [1]
    guard shape.count == 1, starts.count == 1, ends.count == 1, steps == [1] else {
      throw Refusal("a slice of constants of \(shape), expected one of a list, in steps of 1")
    }
    func bound(_ place: Int) -> Int {
      min(max(place < 0 ? place &+ values.count : place, 0), values.count)
    }
    let (start, end) = (bound(starts[0]), bound(ends[0]))
    define(node, integers: start < end ? Array(values[start..<end]) : [])
  }

  /// Whole numbers stay what they are in any type that holds them.
  private mutating func readCast(_ node: ONNXNode) throws(Refusal) {
    guard let constant = try constant(0, of: node) else { throw Refusal("no operand") }
    guard let values = constant.values?.asInts() else { return define(node, as: constant) }
    define(node, integers: values, shape: constant.shape)
  }

  /// Sums, differences, products and quotients of whole numbers, element by element.
  private mutating func readConstantArithmetic(_ node: ONNXNode) throws(Refusal) {
    guard node.inputs.count == 2 else {
      throw Refusal("\(node.inputs.count) operands, expected 2")
    }
    let (first, firstShape) = try list(0, of: node)
    let (second, secondShape) = try list(1, of: node)
    guard first.count == second.count || first.count == 1 || second.count == 1 else {
      throw Refusal("constants of \(firstShape) and \(secondShape), which do not go together")
    }
    var result: [Int] = []
    for place in 0..<max(first.count, second.count) {
      let (a, b) = (first[first.count == 1 ? 0 : place], second[second.count == 1 ? 0 : place])
      let (value, overflows) =
        switch node.operation {
        case "Add": a.addingReportingOverflow(b)
        case "Sub": a.subtractingReportingOverflow(b)
        case "Mul": a.multipliedReportingOverflow(by: b)
        default: a.dividedReportingOverflow(by: b)
        }
      guard !overflows else { throw Refusal("\(node.operation) of \(a) and \(b)") }
      result.append(value)
    }
    define(
      node, integers: result,
      shape: firstShape.count >= secondShape.count ? firstShape : secondShape)
  }

  /// Sizes are few; long lists are weights, which nothing computes with.
  private static var longestList: Int { 64 }

  private func list(
    _ place: Int, of node: ONNXNode
  ) throws(Refusal) -> (values: [Int], shape: [Int]) {
    guard let constant = try constant(place, of: node), let array = constant.values,
      array.count <= ONNXGraphReader.longestList, let values = array.asInts()
    else { throw Refusal("constants that are not a short list of whole numbers") }
    return (values, constant.shape)
  }

  private mutating func define(_ node: ONNXNode, integers: [Int], shape: [Int]? = nil) {
    let shape = shape ?? [integers.count]
    define(
      node,
      as: ONNXTensor(
        name: node.outputs.first ?? "", NumericArray(shape: shape, integers.map(Int64.init))))
  }
}
