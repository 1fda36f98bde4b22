/// What a device has to do for one inference of a network, and what it may do for nothing.
///
/// A cell's edge on no path from input to output changes no logit, so the network does not have it. Some
/// runtimes drop such work, others do it all the same: a hardware profile says which, so it must see both.
public struct InferenceWorkload: Sendable {
  /// Which point of which search space the network is; what a device does beyond the sum of kernels is
  /// learnt for one space at a time.
  public struct Origin: Hashable, Sendable {
    /// The space's name.
    public let space: String
    /// The architecture's key, a character or two per decision.
    public let key: String

    public init(space: String, key: String) {
      self.space = space
      self.key = key
    }
  }

  /// The kernels that the result depends on, in order.
  public let kernels: [InferenceKernel]
  /// Kernels that the architecture declares and nothing reads.
  public let idleKernels: [InferenceKernel]
  /// Parameters, MACs and bytes of `kernels`.
  public let costs: NetworkCosts
  /// Layers with weights on the longest path; nil where that is not known.
  public let depth: Int?
  /// Where the network comes from; nil for one that comes from no search space.
  public let origin: Origin?
  /// The network that the kernels are of; nil for one of another program.
  public let network: Network?

  public init(
    kernels: [InferenceKernel], idleKernels: [InferenceKernel] = [], costs: NetworkCosts,
    depth: Int? = nil, origin: Origin? = nil, network: Network? = nil
  ) {
    self.kernels = kernels
    self.idleKernels = idleKernels
    self.costs = costs
    self.depth = depth
    self.origin = origin
    self.network = network
  }

  /// Bytes of the largest kernel's input, weights and output.
  public func workingSetBytes(at precision: Precision) -> Int {
    kernels.map { $0.bytesMoved(at: precision) }.max() ?? 0
  }

  /// Bytes of the weights that inference reads, norms folded.
  public func weightBytes(at precision: Precision) -> Int {
    kernels.reduce(0) { $0 + $1.weightBytes(at: precision) }
  }

  /// The workload of a network, with its costs in fp32.
  public init(
    _ network: Network, idleKernels: [InferenceKernel] = [], origin: Origin? = nil
  ) {
    let graph = InferenceGraph(network)
    self.init(
      kernels: graph.kernels, idleKernels: idleKernels,
      costs: FloatInferencePlan.costs(of: graph), depth: network.depth, origin: origin,
      network: network)
  }
}
