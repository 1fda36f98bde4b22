import TensorKernels

/// What a training makes small: a value that says what it reads and what it trains besides the network.
///
/// A loss is evaluated slice by slice, by several threads at once for different slices, and its result may
/// depend on the slice alone: what compares images with each other compares those of a slice, and what draws numbers
/// draws them from the slice's seed and step. Losses are added by `SummedLoss`.
public protocol TrainingLoss: Sendable {
  /// What the loss reads besides the labels.
  var inputs: LossInputs { get }
  /// Floats of the connectors: parameters between network and teacher that are trained with the network
  /// and dropped with the loss.
  var connectorFloats: Int { get }
  /// Sets the connectors to their starting values.
  ///
  /// - Parameter connectors: `[connectorFloats]`, zeros.
  func initialize(_ connectors: UnsafeMutablePointer<Float>, seed: UInt64)
  /// Floats that `evaluate` needs to compute with, for a slice of `images` images.
  func scratchFloats(images: Int, classes: Int) -> Int
  /// Computes a slice's part of the batch's mean loss and its gradients.
  ///
  /// The gradients of what `inputs` names are overwritten, those of the connectors added to.
  ///
  /// - Returns: The loss summed over the slice's images (not divided), and how many of them the logits
  ///   classify rightly; 0 if the loss does not count them.
  func evaluate(_ slice: LossSlice) -> (loss: Double, correct: Int)
}

extension TrainingLoss {
  // Most losses have no connectors.
  public var connectorFloats: Int { 0 }
  public func initialize(_ connectors: UnsafeMutablePointer<Float>, seed: UInt64) {}
}

/// What a loss reads besides the labels.
public struct LossInputs: Hashable, Sendable {
  public var readsLogits: Bool
  /// Outputs of the network that it reads, each once.
  public var features: [Feature]
  /// Outputs of the teacher that it reads, each once.
  public var teacherFeatures: [Feature]

  /// The output of one node.
  public struct Feature: Hashable, Sendable {
    public let node: Int
    /// The values for one image, H·W·C.
    public let elementCount: Int

    public init(node: Int, elementCount: Int) {
      (self.node, self.elementCount) = (node, elementCount)
    }
  }

  public init(
    readsLogits: Bool = false, features: [Feature] = [], teacherFeatures: [Feature] = []
  ) {
    self.readsLogits = readsLogits
    (self.features, self.teacherFeatures) = (features, teacherFeatures)
  }
}

/// What a loss works on: one slice of a batch.
public struct LossSlice {
  /// An output of the network and where its gradient goes, `[count, H, W, C]`.
  public struct Feature {
    public let values: UnsafePointer<Float>
    public let gradient: UnsafeMutablePointer<Float>

    public init(values: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>) {
      (self.values, self.gradient) = (values, gradient)
    }
  }

  /// Images of the slice.
  public let count: Int
  /// Images of the whole batch, which the mean is over.
  public let batch: Int
  public let classes: Int
  /// The step of the training, from 0.
  public let step: Int
  /// Keys what the loss draws, together with `step`; the same for all slices.
  public let seed: UInt64
  /// The share of the training's steps that are done, 0…1.
  public var progress: Double
  /// `[count]`; below 0 where the class is not known.
  public let labels: UnsafePointer<Int32>
  /// What is mixed into the images; nil: nothing.
  public let mix: LabelMix?
  /// `[count, classes]`
  public var logits: Feature
  /// `[count, classes]`; anything if the loss does not read them.
  public var teacherLogits: UnsafePointer<Float>
  /// In the order of `LossInputs.features`.
  public var features: [Feature]
  /// In the order of `LossInputs.teacherFeatures`, each `[count, elementCount]`.
  public var teacherFeatures: [UnsafePointer<Float>]
  /// What the other networks of the training answer, each `[count, classes]`: those of `Trainer.peers`, in their
  /// order; for a peer's own loss, the trained network stands in the peer's place.
  public var peerLogits: [UnsafePointer<Float>]
  /// `[connectorFloats]`
  public var connectors: UnsafePointer<Float>
  /// The slice's own gradient of the connectors, as large.
  public var connectorGradients: UnsafeMutablePointer<Float>
  /// `[scratchFloats(images: count, classes: classes)]`
  public var scratch: UnsafeMutablePointer<Float>

  public init(
    count: Int, batch: Int, classes: Int, step: Int = 0, seed: UInt64 = 0, progress: Double = 0,
    labels: UnsafePointer<Int32>, mix: LabelMix? = nil, logits: Feature,
    teacherLogits: UnsafePointer<Float>,
    features: [Feature], teacherFeatures: [UnsafePointer<Float>],
    peerLogits: [UnsafePointer<Float>] = [], connectors: UnsafePointer<Float>,
    connectorGradients: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    (self.count, self.batch, self.classes) = (count, batch, classes)
    (self.step, self.seed, self.progress, self.mix) = (step, seed, progress, mix)
    (self.labels, self.logits, self.teacherLogits) = (labels, logits, teacherLogits)
    (self.features, self.teacherFeatures) = (features, teacherFeatures)
    (self.connectors, self.connectorGradients) = (connectors, connectorGradients)
    (self.peerLogits, self.scratch) = (peerLogits, scratch)
  }
}

/// Labels of mixed images: image n shows class `labels[n]` with the share 1 − `shares[n]` and class
/// `otherLabels[n]` with `shares[n]`. Where a share is 0, the other label counts for nothing.
public struct LabelMix {
  /// `[count]`; below 0 where the class is not known.
  public let otherLabels: UnsafePointer<Int32>
  /// `[count]`, each 0…1.
  public let shares: UnsafePointer<Float>

  public init(otherLabels: UnsafePointer<Int32>, shares: UnsafePointer<Float>) {
    (self.otherLabels, self.shares) = (otherLabels, shares)
  }
}

extension LabelMix {
  /// Returns how many images have a known class; a mixed one counts where both classes are known.
  public func labeledCount(_ labels: UnsafePointer<Int32>, count: Int) -> Int {
    (0..<count).count { labels[$0] >= 0 && (shares[$0] == 0 || otherLabels[$0] >= 0) }
  }
}
