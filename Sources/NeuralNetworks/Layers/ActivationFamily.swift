/// A pointwise non-linearity that no head could take in.
struct ActivationFamily: WeightlessFamily {
  let activation: Activation

  var name: String { activation.rawValue }
  var inputCount: Int { 1 }
  var fusionRole: FusionRole { .activation }
  var accumulatesInputGradient: Bool { true }

  func outputShape(for input: TensorShape) -> TensorShape { input }

  func trainingLayer(_ site: TrainingSite) -> any TrainingLayer { PassThroughLayer(site) }

  func inferenceKernel(_ place: GroupPlace) -> InferenceKernel? { place.kernel(.elementwise) }

  func inferenceStep(_ site: InferenceSite) -> InferenceStep { site.tailStep }
}
