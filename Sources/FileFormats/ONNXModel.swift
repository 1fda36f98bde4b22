/// A model in the Open Neural Network Exchange format: a graph of operators with its weights.
///
/// Only what a network without control flow needs is kept. Strings, sparse tensors, subgraphs, quantisation
/// annotations and documentation are skipped; what a model says by them is not there.
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
  /// Operators that the model itself defines.
  public var functions: [ONNXFunction]

  /// Creates a model.
  public init(
    formatVersion: Int, operatorSet: Int, producer: String, metadata: [String: String],
    graph: ONNXGraph, functions: [ONNXFunction] = []
  ) {
    (self.formatVersion, self.operatorSet) = (formatVersion, operatorSet)
    (self.producer, self.metadata, self.graph) = (producer, metadata, graph)
    self.functions = functions
  }
}

/// An operator that a model defines by others.
public struct ONNXFunction: Hashable, Sendable {
  public var name: String
  public var domain: String
  public var inputs: [String]
  public var outputs: [String]
  /// Attributes that have a value where a use leaves them out.
  public var defaults: [String: ONNXAttribute]
  /// In an order in which each follows what it reads; attributes may be references to the function's own.
  public var nodes: [ONNXNode]

  /// Creates a function.
  public init(
    name: String, domain: String, inputs: [String], outputs: [String],
    defaults: [String: ONNXAttribute] = [:], nodes: [ONNXNode]
  ) {
    (self.name, self.domain) = (name, domain)
    (self.inputs, self.outputs) = (inputs, outputs)
    (self.defaults, self.nodes) = (defaults, nodes)
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
  /// The value of the attribute of that name of the function that the node stands in.
  case reference(String)
  /// Anything else, such as a subgraph; not kept, and never written.
  case other
}

/// A named tensor with its values.
public struct ONNXTensor: Hashable, Sendable {
  public var name: String
  /// The size of every dimension; empty for a single number.
  public var shape: [Int]
  /// The format's number of the element type, such as 1 for `float32`, 7 for `int64` and 9 for Booleans.
  public var dataType: Int
  /// The values; nil if they are in another file, or of a type that `NumericArray` does not have. 16-bit floats
  /// are `float32` here, Booleans `uint8`.
  public var values: NumericArray?
  /// Where the values are if they are in another file.
  public var external: ONNXExternalData?

  /// Creates a tensor from its values.
  ///
  /// - Parameter dataType: The format's number of the element type; nil for the one of `values`.
  public init(name: String, _ values: NumericArray, dataType: Int? = nil) {
    (self.name, self.shape, self.values) = (name, values.shape, values)
    self.dataType = dataType ?? ONNXTensor.dataType(of: values.elementType)
  }

  /// Creates a tensor whose values are not at hand.
  public init(name: String, shape: [Int], dataType: Int, external: ONNXExternalData? = nil) {
    (self.name, self.shape, self.values) = (name, shape, nil)
    (self.dataType, self.external) = (dataType, external)
  }

  /// The number of values, or nil if it does not fit into an `Int`.
  public var count: Int? { NumericArray.byteCount(shape: shape, elementType: .uint8) }
}

/// Where the values of a tensor are that lies in a file of its own, next to the model's: a range of its bytes.
public struct ONNXExternalData: Hashable, Sendable {
  /// The path, as the file says it: from the model's folder.
  public var location: String
  /// Bytes before the values.
  public var offset: Int
  /// Bytes of the values, if the file says so.
  public var length: Int?

  /// Creates a description.
  public init(location: String, offset: Int = 0, length: Int? = nil) {
    (self.location, self.offset, self.length) = (location, offset, length)
  }
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
  /// The format's number of the element type, 0 if the file says none.
  public var dataType: Int

  /// Creates a description; the elements are `float32` unless said otherwise.
  public init(name: String, shape: [Dimension]?, dataType: Int = 1) {
    (self.name, self.shape, self.dataType) = (name, shape, dataType)
  }
}
