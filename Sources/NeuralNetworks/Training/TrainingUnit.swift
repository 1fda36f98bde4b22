/// What a training plan runs as one step: a fused group, or a chain of groups around a wide tensor.
///
/// Inverted residuals and separable convolutions pass through a tensor several times as wide as their
/// input and output. A chain runs image by image, so that the wide tensors stay in cache.
struct TrainingUnit: Hashable, Sendable {
  /// The head whose output the norm, add and activation follow, and these. Of a chain: its last group.
  var group: FusedGroup
  /// What runs before the head.
  var chain: Chain?
  /// The nodes whose outputs the unit reads, the addend aside.
  var inputs: [Int]

  enum Chain: Hashable, Sendable {
    /// [expansion →] depthwise → norm → activation [→ squeeze-and-excitation] → the head's projection.
    case bottleneck(expansion: Expansion?, Depthwise)
    /// expansion → the head's global mean.
    case pooledExpansion(Expansion)
  }

  /// A pointwise convolution with a norm and an activation.
  struct Expansion: Hashable, Sendable {
    let convolution: Int
    let norm: Int
    let activation: Activation
  }

  struct Depthwise: Hashable, Sendable {
    let convolution: Int
    let norm: Int
    let activation: Activation
    let squeeze: Int?
  }
}
