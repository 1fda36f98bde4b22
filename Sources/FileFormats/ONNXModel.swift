/// A model in the Open Neural Network Exchange format: a graph of operators with its weights.
///
/// Only what a network without control flow needs is kept. Strings, functions, sparse tensors, subgraphs,
/// quantisation annotations and documentation are skipped; what a model says by them is not there.
/// Source: onnx/onnx.proto of github.com/onnx/onnx, in the version that it calls IR 10.
public struct ONNXModel: Hashable, Sendable {
  /// The version of the file's format.
  public var formatVersion: Int
  /// The version of the standard operators, those of the domain "" or "ai.onnx".
  public var operatorSet: Int
  /// The program that wrote the model.
  public var producer: String
  /// Free text about the model, by key.
  public var metadata: [String: String]
  public var graph: ONNXGraph

  /// Creates a model.
  public init(
    formatVersion: Int, operatorSet: Int, producer: String, metadata: [String: String],
    graph: ONNXGraph
  ) {
    (self.formatVersion, self.operatorSet) = (formatVersion, operatorSet)
    (self.producer, self.metadata, self.graph) = (producer, metadata, graph)
  }
}

/// Operators in an order in which each follows what it reads; tensors are known by their names.
public struct ONNXGraph: Hashable, Sendable {
  public var name: String
  public var nodes: [ONNXNode]
  /// Tensors whose values are in the file: weights, and operands such as shapes.
  public var initializers: [ONNXTensor]
  /// What the graph reads. Old files list the initializers here, too.
  public var inputs: [ONNXValueInfo]
  public var outputs: [ONNXValueInfo]
  /// Types of tensors within the graph, of those that the file says them of.
  public var values: [ONNXValueInfo]

  /// Creates a graph.
  public init(
    name: String = "", nodes: [ONNXNode] = [], initializers: [ONNXTensor] = [],
    inputs: [ONNXValueInfo] = [], outputs: [ONNXValueInfo] = [], values: [ONNXValueInfo] = []
  ) {
    (self.name, self.nodes, self.initializers) = (name, nodes, initializers)
    (self.inputs, self.outputs, self.values) = (inputs, outputs, values)
  }
}

/// One use of an operator.
public struct ONNXNode: Hashable, Sendable {
  /// May be empty.
  public var name: String
  /// Such as `Conv`.
  public var operation: String
  /// Whose operator it is; empty for the standard ones.
  public var domain: String
  /// The tensors read; an operand that is left out has an empty name.
  public var inputs: [String]
  public var outputs: [String]
  public var attributes: [String: ONNXAttribute]

  /// Creates a node.
  public init(
    name: String = "", operation: String, domain: String = "", inputs: [String],
    outputs: [String], attributes: [String: ONNXAttribute] = [:]
  ) {
    (self.name, self.operation, self.domain) = (name, operation, domain)
    (self.inputs, self.outputs, self.attributes) = (inputs, outputs, attributes)
  }
}

/// The value of an attribute.
public enum ONNXAttribute: Hashable, Sendable {
  case integer(Int)
  case float(Float)
  case text(String)
  case tensor(ONNXTensor)
  case integers([Int])
  case floats([Float])
  /// Anything else, such as a subgraph; not kept, and never written.
  case other
}

/// A named tensor with its values.
public struct ONNXTensor: Hashable, Sendable {
  public var name: String
  /// The size of every dimension; empty for a single number.
  public var shape: [Int]
  /// The values; nil if they are in another file, or of a type that `NumericArray` does not have.
  public var values: NumericArray?

  /// Creates a tensor from its values.
  public init(name: String, _ values: NumericArray) {
    (self.name, self.shape, self.values) = (name, values.shape, values)
  }

  /// Creates a tensor whose values are not at hand.
  init(name: String, shape: [Int]) {
    (self.name, self.shape, self.values) = (name, shape, nil)
  }

  /// The number of values, or nil if it does not fit into an `Int`.
  public var count: Int? { NumericArray.byteCount(shape: shape, elementType: .uint8) }
}

/// The name of a tensor and what is known of its shape.
public struct ONNXValueInfo: Hashable, Sendable {
  /// The size of one dimension.
  public enum Dimension: Hashable, Sendable {
    case size(Int)
    /// Unknown until the model runs; the name may be empty.
    case symbol(String)
  }

  public var name: String
  /// Nil if the file says nothing, not even the number of dimensions.
  public var shape: [Dimension]?

  /// Creates a description; the elements are `float32`.
  public init(name: String, shape: [Dimension]?) {
    (self.name, self.shape) = (name, shape)
  }
}
