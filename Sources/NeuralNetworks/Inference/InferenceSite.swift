import TensorKernels

/// Runs one group of an inference plan, on its buffers, for so many images.
typealias InferenceStep = (_ images: Int) -> Void

/// What a group works on in an inference plan.
struct InferenceSite {
  let place: GroupPlace
  /// The most images of a run.
  let capacity: Int
  let input: UnsafeMutablePointer<Float>
  /// What the group adds to the head's values.
  let addend: UnsafeMutablePointer<Float>?
  let output: UnsafeMutablePointer<Float>
  /// As much as the head's family asked for.
  let scratch: UnsafeMutablePointer<Float>
  /// Arranged as the head's step reads them.
  let weights: FoldedTensors

  /// Adds the addend to the head's values in `output` and applies the activation, as far as the group has
  /// them.
  func finish(images: Int) {
    guard addend != nil || place.activation != .identity else { return }
    activate(
      output, addend: addend, activation: place.activation, into: output,
      count: images * place.output.elementCount)
  }

  /// The step of a head that computes nothing itself: the sum and the activation of its input.
  var tailStep: InferenceStep {
    { [self] images in
      activate(
        input, addend: addend, activation: place.activation, into: output,
        count: images * place.output.elementCount)
    }
  }
}
