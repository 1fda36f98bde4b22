/// What running one image through a network costs, exactly, before any training.
public struct NetworkCosts: Hashable, Sendable, Codable {
  /// Trained parameters.
  public let parameters: Int
  /// Multiply–accumulate operations of convolutions and dense layers, each counted once.
  public let macs: Int
  /// Bytes of the weights that inference reads, norms folded.
  public let weightBytes: Int
  /// Peak bytes of activations in the inference plan for one image, the input included.
  public let peakActivationBytes: Int

  enum CodingKeys: String, CodingKey {
    case parameters
    case macs
    case weightBytes = "weight_bytes"
    case peakActivationBytes = "peak_activation_bytes"
  }

  /// Counts the costs of `network` in fp32.
  public init(_ network: Network) { self.init(InferenceGraph(network)) }

  /// Adds up the costs of kernels.
  ///
  /// - Parameters:
  ///   - parameters: Trained parameters.
  ///   - peakActivations: The values of which there are `peakActivationBytes`.
  ///   - precision: What weights and activations are stored as.
  public init(
    kernels: [InferenceKernel], parameters: Int, peakActivations: Int,
    precision: Precision = .fp32
  ) {
    self.parameters = parameters
    peakActivationBytes = precision.bytes * peakActivations
    macs = kernels.reduce(0) { $0 + $1.macs }
    weightBytes = kernels.reduce(0) { $0 + $1.weightBytes(at: precision) }
  }

  /// Counts the costs of a network whose kernels are known.
  public init(_ graph: InferenceGraph, precision: Precision = .fp32) {
    self.init(
      kernels: graph.kernels, parameters: ParameterLayout(graph.network).parameterCount,
      peakActivations: InferenceLayout(graph, capacity: 1, alignment: 1).arena.floats,
      precision: precision)
  }
}
