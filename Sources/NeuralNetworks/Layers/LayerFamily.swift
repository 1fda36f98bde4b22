import TensorKernels

/// All that the program has to know of one layer; a value is a layer with its numbers.
///
/// One file per family says everything about it, and `Layer.family` tells layers apart. Besides it only three places
/// do: the chains that become streamed bottlenecks (`Network+TrainingUnits`, `Network+Bottlenecks`), ONNX
/// (`ONNXGraphWriter`, `ONNXGraphReader`) and the words of blueprints (`LayerKind`). There are no default implementations here, so that a new family says every one of these;
/// `WeightlessFamily`, `UnfoldedFamily` and `LinearFamily` give those that follow from what a family is.
protocol LayerFamily: Sendable {
  // In the graph.

  /// The layer's kind as one word, for error messages and tables.
  var name: String { get }
  /// The number of tensors that the layer reads.
  var inputCount: Int { get }
  /// What the layer is to the rule of fusion.
  var fusionRole: FusionRole { get }
  /// Whether the layer counts in `Network.depth`: it has weights and is neither norm nor gate.
  var addsDepth: Bool { get }
  /// Returns the shape of the layer's output for one image.
  func outputShape(for input: TensorShape) throws(NetworkError) -> TensorShape
  /// The tensors that the layer trains and keeps, weights first.
  func tensors(_ place: LayerPlace) -> [LayerTensor]

  // In training.

  /// The memory that training takes besides the input, the output and their gradients.
  ///
  /// - Parameter images: The images of each slice.
  func trainingMemory(_ place: LayerPlace, images: [Int]) -> LayerMemory
  /// Whether the backward pass can add to its input's gradient; otherwise it can only write it, and
  /// needs a detour where other readers have written their share before.
  var accumulatesInputGradient: Bool { get }
  /// Returns the layer that a training plan runs.
  func trainingLayer(_ site: TrainingSite) -> any TrainingLayer

  // At inference, with what follows the layer in its group.

  /// Returns the kernel that runs the group, as a hardware profile prices it; nil if inference hands the
  /// input on as it is.
  func inferenceKernel(_ place: GroupPlace) -> InferenceKernel?
  /// The tensors that inference reads, by the role under which `fold` and the step find them.
  func inferenceTensors(_ place: GroupPlace) -> [(role: ParameterLayout.Role, count: Int)]
  /// Fills `inferenceTensors` from trained values. They hold zeros before.
  func fold(_ trained: TrainedValues, _ place: GroupPlace, into folded: FoldedTensors)
  /// Floats of scratch that the step needs for up to `capacity` images.
  func inferenceScratch(_ place: GroupPlace, capacity: Int) -> Int
  /// Returns what runs the group on its buffers.
  func inferenceStep(_ site: InferenceSite) -> InferenceStep
}

/// A layer without tensors, which needs no memory of its own.
protocol WeightlessFamily: LayerFamily {}

extension WeightlessFamily {
  var addsDepth: Bool { false }
  func tensors(_ place: LayerPlace) -> [LayerTensor] { [] }
  func trainingMemory(_ place: LayerPlace, images: [Int]) -> LayerMemory { LayerMemory() }
  func inferenceTensors(_ place: GroupPlace) -> [(role: ParameterLayout.Role, count: Int)] { [] }
  func fold(_ trained: TrainedValues, _ place: GroupPlace, into folded: FoldedTensors) {}
  func inferenceScratch(_ place: GroupPlace, capacity: Int) -> Int { 0 }
}

/// A layer whose trained tensors inference reads as they are.
protocol UnfoldedFamily: LayerFamily {}

extension UnfoldedFamily {
  func inferenceTensors(_ place: GroupPlace) -> [(role: ParameterLayout.Role, count: Int)] {
    tensors(place.layer).map { ($0.role, $0.shape.reduce(1, *)) }
  }

  func fold(_ trained: TrainedValues, _ place: GroupPlace, into folded: FoldedTensors) {
    for tensor in tensors(place.layer) {
      trained.copy(tensor.role, of: place.node, to: folded[tensor.role])
    }
  }
}

/// Where a layer stands in a network: its node, and what it reads and gives for one image.
struct LayerPlace: Sendable {
  let node: Int
  /// The shape of its first input.
  let input: TensorShape
  let output: TensorShape
}

/// The memory of a layer in training, in floats.
struct LayerMemory {
  /// Kept for the whole of training: rearranged weights, sums.
  var state = 0
  /// Of one slice, within one call.
  var scratch = 0
}

/// One tensor of a layer.
struct LayerTensor {
  let role: ParameterLayout.Role
  let shape: [Int]
  let kind: Kind

  /// What a tensor is to the optimiser, and how it starts.
  enum Kind: Hashable, Sendable {
    /// Trained and decayed; drawn evenly from ±1/√fan-in. The last axis is the outputs'.
    case weight
    /// Trained, not decayed; starts at 1.
    case factor
    /// Trained, not decayed; starts at 0.
    case addend
    /// Kept by the forward pass; starts at 0.
    case runningMean
    /// Kept by the forward pass; starts at 1.
    case runningVariance

    var isStatistic: Bool { self == .runningMean || self == .runningVariance }
  }
}
