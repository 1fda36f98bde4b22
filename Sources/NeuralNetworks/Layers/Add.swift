/// The sum of two tensors of one shape, where no head could take it in.
struct AddFamily: WeightlessFamily {
  var name: String { "add" }
  var inputCount: Int { 2 }
  var fusionRole: FusionRole { .add }
  var accumulatesInputGradient: Bool { true }

  func outputShape(for input: TensorShape) -> TensorShape { input }

  func trainingLayer(_ site: TrainingSite) -> any TrainingLayer { PassThroughLayer(site) }

  func inferenceKernel(_ place: GroupPlace) -> InferenceKernel? { place.kernel(.elementwise) }

  func inferenceStep(_ site: InferenceSite) -> InferenceStep { site.tailStep }
}
