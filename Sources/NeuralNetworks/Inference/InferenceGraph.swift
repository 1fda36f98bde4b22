/// A network as inference runs it: groups of layers, one kernel each.
public struct InferenceGraph: Sendable {
  public let network: Network
  /// The groups that run, in order; dropout runs nothing.
  public let groups: [FusedGroup]
  /// The kernel of each group.
  public let kernels: [InferenceKernel]
  /// For each node, the node whose buffer holds its output at inference: itself, or what a dropout reads.
  public let sources: [Int]

  /// Nodes whose outputs are kept to the end of a run.
  public let features: [Int]

  /// Groups the layers of `network`; the nodes of `features` are outputs of their groups.
  public init(_ network: Network, features: [Int] = []) {
    network.checkFeatures(features)
    var groups: [FusedGroup] = []
    var kernels: [InferenceKernel] = []
    var sources = Array(network.nodes.indices)
    for group in network.fusedGroups(keeping: Set(features)) {
      let head = network.nodes[group.head]
      if let kernel = head.layer.family.inferenceKernel(network.place(of: group)) {
        groups.append(group)
        kernels.append(kernel)
      } else {
        sources[group.output] = sources[head.inputs[0]]
      }
    }
    (self.network, self.features) = (network, features)
    (self.groups, self.kernels, self.sources) = (groups, kernels, sources)
  }

  /// Multiply–accumulate operations of a training step, per image: the forward pass, the gradients of
  /// the weights and those of the inputs. No gradient leads to the image, so the first layer has two.
  ///
  /// What a fused kernel computes a second time to save memory traffic is not counted.
  public var trainingMACs: Int {
    3 * kernels.reduce(0) { $0 + $1.macs } - (kernels.first { $0.macs > 0 }?.macs ?? 0)
  }
}
