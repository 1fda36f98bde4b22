/// What running one image through a network costs, exactly, before any training.
public struct NetworkCosts: Hashable, Sendable, Codable {
  /// Trained parameters.
  public let parameters: Int
  /// Multiply–accumulate operations of convolutions and dense layers, each counted once.
  public let macs: Int
  /// Bytes of the weights that inference reads, norms folded, fp32.
  public let weightBytes: Int
  /// Peak bytes of activations in the inference plan for one image, fp32, the input included.
  public let peakActivationBytes: Int

  enum CodingKeys: String, CodingKey {
    case parameters
    case macs
    case weightBytes = "weight_bytes"
    case peakActivationBytes = "peak_activation_bytes"
  }

  /// Counts the costs of `network`.
  public init(_ network: Network) { self.init(InferenceGraph(network)) }

  /// Adds up the costs of kernels.
  ///
  /// - Parameters:
  ///   - parameters: Trained parameters.
  ///   - peakActivationBytes: As `peakActivationBytes` says.
  public init(kernels: [InferenceKernel], parameters: Int, peakActivationBytes: Int) {
    (self.parameters, self.peakActivationBytes) = (parameters, peakActivationBytes)
    macs = kernels.reduce(0) { $0 + $1.macs }
    weightBytes = kernels.reduce(0) { $0 + 4 * $1.weightCount }
  }

  /// Counts the costs of a network whose kernels are known.
  public init(_ graph: InferenceGraph) {
    self.init(
      kernels: graph.kernels, parameters: ParameterLayout(graph.network).parameterCount,
      peakActivationBytes: 4 * InferenceLayout(graph, capacity: 1, alignment: 1).arena.floats)
  }
}
