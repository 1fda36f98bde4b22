/// The images. Nothing runs: a plan's caller fills them in.
struct InputFamily: WeightlessFamily {
  var name: String { "input" }
  var inputCount: Int { 0 }
  var fusionRole: FusionRole { .alone }
  var accumulatesInputGradient: Bool { true }

  func outputShape(for input: TensorShape) -> TensorShape { input }

  func trainingLayer(_ site: TrainingSite) -> any TrainingLayer {
    preconditionFailure("the input leads no group")
  }

  func inferenceKernel(_ place: GroupPlace) -> InferenceKernel? { nil }

  func inferenceStep(_ site: InferenceSite) -> InferenceStep {
    preconditionFailure("the input runs no kernel")
  }
}
