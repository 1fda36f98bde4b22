import Testing

@testable import TensorKernels

/// What minimal filtering costs in accuracy: the root of the mean square of the distances to float64, as a multiple
/// of the plain kernels'. Measured over both kinds of data and all three passes: F(2×2) 0.7 to 1.1, since it sums fewer
/// products one after the other, and F(4×4) 1.9 to 2.3. That is 8e-7 of the values; bf16 rounds them by 2e-3.
@Suite("the rounding of minimal filtering")
struct WinogradErrorTests {
  /// √(Σ distance² / Σ reference²)
  private func relativeError(_ values: [Float], _ reference: [Double]) -> Double {
    var (distances, squares) = (0.0, 0.0)
    for (value, expected) in zip(values, reference) {
      distances += (Double(value) - expected) * (Double(value) - expected)
      squares += expected * expected
    }
    return (distances / squares).squareRoot()
  }

  @Test("is a small multiple of the plain kernels'", arguments: [false, true])
  func errors(isTrainedLike: Bool) {
    let shape = ReferenceConvolution(
      height: 12, width: 12, inputChannels: 48, outputChannels: 48, kernel: 3, stride: 1,
      images: 2)
    let trial = WinogradTrial(shape, seed: 7, isTrainedLike: isTrainedLike)
    let references = [
      shape.dense(trial.input.doubles, trial.weights.doubles), trial.referenceInputGradient(),
      trial.referenceFilterGradient(),
    ]
    let plain = zip(
      [trial.plainForward(), trial.plainInputGradient(), trial.plainFilterGradient()], references
    ).map { relativeError($0, $1) }
    for (tile, bound) in [(WinogradTile.two, 1.5), (.four, 3.5)] {
      let errors = zip(
        [trial.forward(tile), trial.inputGradient(tile), trial.filterGradient(tile)], references
      ).map { relativeError($0, $1) }
      for ((error, plain), name) in zip(
        zip(errors, plain), ["forward", "input gradient", "filter gradient"])
      {
        #expect(
          error < bound * plain && error < 1.5e-6,
          "\(name) by \(tile): \(error), the plain kernel \(plain)")
      }
    }
  }
}
