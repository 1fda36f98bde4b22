import FileFormats
import NeuralNetworks

/// Why an operator cannot be priced.
typealias Refusal = ONNXRefusal

/// Walks through a graph in its order, infers every shape and notes every layer.
struct ONNXGraphReader {
  /// A tensor that a layer gives: its sizes in the file's own order, of which a view may have changed all
  /// but the product.
  struct Tensor {
    let layer: Int
    let sizes: [Int]
  }

  let graph: ONNXGraph
  let path: String
  private(set) var foreign = ForeignGraph()
  private(set) var unsupported: [UnsupportedNode] = []

  /// The tensors that layers give, those whose shape nobody knows, and those with values, by name.
  private var tensors: [String: Tensor] = [:]
  private var unknown: Set<String> = []
  private var constants: [String: ONNXTensor]
  private let declared: [String: ONNXValueInfo]

  init(graph: ONNXGraph, path: String) {
    (self.graph, self.path) = (graph, path)
    constants = Dictionary(graph.initializers.map { ($0.name, $0) }) { _, last in last }
    declared = Dictionary((graph.values + graph.outputs).map { ($0.name, $0) }) { _, last in last }
  }

  /// Reads all nodes that the outputs depend on.
  ///
  /// - Throws: `FileFormatError` if the input is not one image, or a node reads what nothing gives.
  mutating func read() throws {
    try readInput()
    let needed = neededNodes()
    for (index, node) in graph.nodes.enumerated() where needed[index] {
      for input in node.inputs where !input.isEmpty && !isDefined(input) {
        throw malformed(
          "node '\(node.title)'", "the input '\(input)', which nothing before it gives",
          "an initializer, the graph's input or an earlier node's output")
      }
      do throws(Refusal) {
        if let missing = node.inputs.first(where: { unknown.contains($0) }) {
          throw Refusal("the shape of its input '\(missing)' is unknown", isConsequence: true)
        }
        try read(node)
      } catch {
        note(node, error)
      }
    }
    guard !graph.outputs.isEmpty else { throw malformed("graph", "no output", "at least one") }
    for output in graph.outputs {
      guard isDefined(output.name) else {
        throw malformed("output '\(output.name)'", "no node that gives it", "one")
      }
      guard let tensor = tensors[output.name] else { continue }
      appendLayer(.output, named: output.name, reading: [tensor], shape: foreignShape(of: tensor))
    }
  }

  private func malformed(_ location: String, _ found: String, _ expected: String)
    -> FileFormatError
  {
    .malformed(path: path, location: location, found: found, expected: expected)
  }

  private func isDefined(_ name: String) -> Bool {
    tensors[name] != nil || constants[name] != nil || unknown.contains(name)
  }

  /// The one input, `[1, C, H, W]` or `[1, C]`; the first size may be left open.
  private mutating func readInput() throws {
    let inputs = graph.inputs.filter { constants[$0.name] == nil }
    guard let input = inputs.first, inputs.count == 1 else {
      throw malformed(
        "graph", "\(inputs.count) inputs (\(inputs.map(\.name).joined(separator: ", ")))",
        "one, an image")
    }
    let expected = "[1, C, H, W] or [1, C] with fixed C, H and W; the first may be open"
    guard let shape = input.shape, shape.count == 2 || shape.count == 4 else {
      throw malformed(
        "input '\(input.name)'",
        input.shape.map { "\($0.count) dimensions" } ?? "no shape", expected)
    }
    var sizes: [Int] = []
    for (place, dimension) in shape.enumerated() {
      switch dimension {
      case .size(let size) where place > 0 || size == 1: sizes.append(size)
      case .symbol where place == 0: sizes.append(1)
      case .size(let size):
        throw malformed("input '\(input.name)'", "a batch of \(size)", expected)
      case .symbol(let name):
        throw malformed(
          "input '\(input.name)'", "the open size '\(name)' in dimension \(place)", expected)
      }
    }
    guard let image = try? imageShape(of: sizes) else {
      throw malformed("input '\(input.name)'", "\(sizes)", expected)
    }
    tensors[input.name] = Tensor(layer: 0, sizes: sizes)
    foreign.layers.append(
      ForeignLayer(
        operation: .input, inputs: [], inputShape: image, shape: image, name: input.name))
  }

  /// Which nodes the outputs depend on.
  private func neededNodes() -> [Bool] {
    var wanted = Set(graph.outputs.map(\.name))
    var needed = [Bool](repeating: false, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated().reversed()
    where node.outputs.contains(where: { wanted.contains($0) }) {
      needed[index] = true
      wanted.formUnion(node.inputs)
    }
    return needed
  }

  /// Notes an operator that cannot be priced; what follows it can, if the file says the output's shape.
  private mutating func note(_ node: ONNXNode, _ refusal: Refusal) {
    unsupported.append(
      UnsupportedNode(
        operation: node.qualifiedOperation, name: node.title, reason: refusal.reason,
        isConsequence: refusal.isConsequence))
    for output in node.outputs where !output.isEmpty {
      guard let sizes = declaredSizes(of: output), let shape = try? imageShape(of: sizes) else {
        unknown.insert(output)
        continue
      }
      let inputs = node.inputs.compactMap { tensors[$0] }
      foreign.layers.append(
        ForeignLayer(
          operation: .unsupported, inputs: inputs.map(\.layer), inputShape: shape, shape: shape,
          name: node.title))
      tensors[output] = Tensor(layer: foreign.layers.count - 1, sizes: sizes)
    }
  }

  private func declaredSizes(of name: String) -> [Int]? {
    guard let shape = declared[name]?.shape else { return nil }
    var sizes: [Int] = []
    for (place, dimension) in shape.enumerated() {
      switch dimension {
      case .size(let size): sizes.append(size)
      case .symbol where place == 0: sizes.append(1)
      case .symbol: return nil
      }
    }
    return sizes
  }
}

extension ONNXGraphReader {
  /// Returns the tensor that a node reads as its operand number `place`.
  func tensor(_ place: Int, of node: ONNXNode) throws(Refusal) -> Tensor {
    guard node.inputs.indices.contains(place), let tensor = tensors[node.inputs[place]] else {
      throw Refusal("operand \(place) is missing or a constant, expected a computed tensor")
    }
    return tensor
  }

  /// Returns the constant that a node reads as its operand number `place`, or nil if there is none.
  func constant(_ place: Int, of node: ONNXNode) throws(Refusal) -> ONNXTensor? {
    guard node.inputs.indices.contains(place), !node.inputs[place].isEmpty else { return nil }
    guard let constant = constants[node.inputs[place]] else {
      throw Refusal("operand \(place) is computed, expected a constant")
    }
    return constant
  }

  func isConstant(_ place: Int, of node: ONNXNode) -> Bool {
    node.inputs.indices.contains(place) && constants[node.inputs[place]] != nil
  }

  /// Returns the whole numbers of an attribute, or of an operand as newer operator sets have it.
  func integers(
    _ name: String, orOperand place: Int, of node: ONNXNode
  ) throws(Refusal) -> [Int]? {
    if let list = try node.integers(name) { return list }
    guard let constant = try constant(place, of: node) else { return nil }
    guard let list = constant.values?.asInts() else {
      throw Refusal("\(name) is not in the file as whole numbers")
    }
    return list
  }

  /// Returns the sizes of what a layer gives, before any view.
  func foreignShape(of tensor: Tensor) -> TensorShape { foreign.layers[tensor.layer].shape }

  /// Gives a name to a tensor's values in another shape.
  mutating func define(_ node: ONNXNode, asViewOf tensor: Tensor, sizes: [Int]) {
    if let output = node.outputs.first {
      tensors[output] = Tensor(layer: tensor.layer, sizes: sizes)
    }
  }

  mutating func define(_ node: ONNXNode, as constant: ONNXTensor) {
    if let output = node.outputs.first { constants[output] = constant }
  }

  /// Appends a layer that gives a node's first output.
  ///
  /// - Parameter change: Fills in the counts.
  mutating func append(
    _ operation: ForeignLayer.Operation, _ node: ONNXNode, reading inputs: [Tensor],
    sizes: [Int], flattensInput: Bool = false, change: (inout ForeignLayer) -> Void = { _ in }
  ) throws(Refusal) {
    for (place, output) in node.outputs.enumerated() where place > 0 && !output.isEmpty {
      throw Refusal("it gives a second output, '\(output)'")
    }
    let shape = try imageShape(of: sizes)
    let inputShape =
      flattensInput ? foreignShape(of: inputs[0]) : try imageShape(of: inputs[0].sizes)
    appendLayer(operation, named: node.title, reading: inputs, from: inputShape, shape: shape)
    change(&foreign.layers[foreign.layers.count - 1])
    if let output = node.outputs.first {
      tensors[output] = Tensor(layer: foreign.layers.count - 1, sizes: sizes)
    }
  }

  private mutating func appendLayer(
    _ operation: ForeignLayer.Operation, named name: String, reading inputs: [Tensor],
    from inputShape: TensorShape? = nil, shape: TensorShape
  ) {
    foreign.layers.append(
      ForeignLayer(
        operation: operation, inputs: inputs.map(\.layer), inputShape: inputShape ?? shape,
        shape: shape, name: name))
  }
}
