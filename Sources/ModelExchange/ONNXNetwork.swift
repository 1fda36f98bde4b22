import FileFormats
import NeuralNetworks

/// A network from an ONNX file as hardware profiles price it: kernels, fused as our own are.
///
/// Read are convolutional classifiers with one image as input and operators as exporters of common
/// frameworks write them; shapes are inferred. What no rule is known for is named in `unsupported`: what
/// the rest says is then a part of the network's cost.
public struct ONNXNetwork: Sendable {
  public let inputShape: TensorShape
  /// In the order of execution.
  public let kernels: [InferenceKernel]
  /// The file's name of the operator that leads each kernel.
  public let kernelNames: [String]
  /// Of all kernels. Parameters are the trained values in the file: a norm that was folded into the layer
  /// before it counts as the bias that it became, and those of frozen layers count like others.
  public let costs: NetworkCosts
  /// Empty if all of the network is in `kernels`.
  public let unsupported: [UnsupportedNode]
}

/// An operator that is not priced.
public struct UnsupportedNode: Hashable, Sendable, CustomStringConvertible {
  /// Such as `Resize`, with the domain before it if it is not the standard's.
  public let operation: String
  /// The node's name, or that of its first output if it has none.
  public let name: String
  /// What was found, and what would have been understood.
  public let reason: String
  /// Whether only the shapes are missing, because of an operator before it.
  public let isConsequence: Bool

  public var description: String { "\(operation) '\(name)': \(reason)" }
}

extension ONNXNetwork {
  /// Reads the network in a file.
  ///
  /// - Throws: `FileFormatError` if the file is no ONNX model, its input is not one image of fixed size, or a
  ///   node reads what nothing gives.
  public init(contentsOf path: String) throws {
    try self.init(try ONNXModel.read(path), path: path)
  }

  /// Interprets a model; errors call its file `path`.
  public init(_ model: ONNXModel, path: String) throws {
    var reader = ONNXGraphReader(graph: model.graph, path: path)
    try reader.read()
    let graph = reader.foreign.simplified()
    let groups = graph.fusedGroups
    kernels = groups.map(graph.kernel)
    kernelNames = groups.map { graph.layers[$0.head].name }
    guard let inputShape = graph.layers.first?.shape, graph.totalsFit(kernels) else {
      throw FileFormatError.malformed(
        path: path, location: "graph", found: "more operations than can be counted",
        expected: "a network for one device")
    }
    self.inputShape = inputShape
    costs = NetworkCosts(
      kernels: kernels, parameters: graph.layers.reduce(0) { $0 + $1.parameters },
      peakActivations: graph.peakActivations(groups))
    unsupported = reader.unsupported
  }
}
