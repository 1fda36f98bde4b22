import DeployedModels
import NetworkFixtures
import NeuralNetworks
import RandomStreams
import TensorKernels
import TestSupport
import Testing

@testable import Quantization

@Suite("quantisation-aware training")
struct AwareTrainerTests {
  @Test("gives the same model whatever the number of threads")
  func threads() throws {
    let models = try [1, 2].map { threads in
      try trained(Problem(space: "mobile-cnn"), steps: 6, threads: threads).model
    }
    #expect(models[0] == models[1])
  }

  @Test("lowers the loss of the rounded model", arguments: ["mobile-cnn", "quick-mobile"])
  func learns(space: String) throws {
    let losses = Losses()
    _ = try trained(Problem(space: space), steps: 40, threads: 2, losses: losses)
    let first: Double = losses.values.prefix(4).reduce(0, +)
    let last: Double = losses.values.suffix(4).reduce(0, +)
    #expect(last < 0.8 * first, "\(losses.values)")
  }

  @Test(
    "computes what the int8 model computes", arguments: shippedSpaces)
  func sameLogits(space: String) throws {
    let side = imageSide(of: space, isThorough: Thoroughness.isFull)
    let problem = try Problem(space: space, side: side)
    let trainer = problem.trainer(threads: 1)
    #expect(
      trainer.run(
        steps: 0..<4, rates: { _ in (1e-3, 1e-2) }, fill: problem.fill, report: { _ in true })
        == nil
    )
    let result = try trainer.quantizedModel()
    // The pass as training runs it, on the values that the conversion took.
    let pass = AwarePass(result.original)
    let weights = AwareWeights(result.original)
    weights.refresh()
    let count = problem.fixture.images.count
    let slice = pass.slice(images: count, constants: weights.constants)
    slice.values[result.original.input].update(
      from: problem.fixture.images.values, count: problem.fixture.images.values.count)
    pass.forward(slice, images: count, quantizers: trainer.ranges.quantizers)
    let executor = ModelExecutor(result.model, capacity: count)
    executor.load(problem.fixture.images, first: 0, count: count)
    executor.run(images: count)
    let output = result.model.output
    let scale = result.model.tensors[output].quantization!.scale
    let classes = result.model.elementCount(output)
    var agreed = 0
    for image in 0..<count {
      let rows = (0..<classes).map { image * classes + $0 }
      let (training, int8) = (
        rows.map { slice.values[output][$0] }, rows.map { executor.output[$0] }
      )
      // Biases are rounded in one and not in the other.
      #expect(zip(training, int8).allSatisfy { abs($0 - $1) <= 1.01 * scale })
      let best = { (values: [Float]) in values.indices.max { values[$0] < values[$1] } }
      agreed += best(training) == best(int8) ? 1 : 0
    }
    #expect(agreed >= count - 1)
  }

  @Test("keeps a lower bound of zero, and learns the others")
  func ranges() throws {
    let problem = try Problem(space: "mobile-cnn")
    let result = try trained(problem, steps: 10, threads: 1)
    var moved = 0
    for (before, after) in zip(problem.ranges, result.ranges) {
      guard let before, let after else { continue }
      if before.low == 0 { #expect(after.low == 0) }
      if before.high > 0 { #expect(after.high > 0) }
      moved += before == after ? 0 : 1
    }
    #expect(moved > 5)
    #expect(result.ranges[result.original.input] == problem.ranges[result.original.input])
  }

  /// Rounding hides such weights from the loss, so they are looked for at the end.
  @Test("notices weights that are no numbers")
  func diverges() throws {
    let problem = try Problem(space: "mobile-cnn")
    let trainer = problem.trainer(threads: 1)
    let step = trainer.run(
      steps: 0..<5, rates: { ($0 == 2 ? .infinity : 1e-3, 1e-2) }, fill: problem.fill,
      report: { _ in true })
    #expect(step == nil || step == 3)
    #expect(!trainer.isFinite)
    #expect(throws: QuantizationError.self) { try trainer.quantizedModel() }
  }

  private func trained(
    _ problem: Problem, steps: Int, threads: Int, losses: Losses? = nil
  ) throws -> QuantizedModel {
    let trainer = problem.trainer(threads: threads)
    let divergedAt = trainer.run(
      steps: 0..<steps, rates: { _ in (2e-3, 1e-2) }, fill: problem.fill
    ) {
      losses?.values.append($0.loss)
      return true
    }
    #expect(divergedAt == nil)
    return try trainer.quantizedModel()
  }
}

/// Random images with labels, for a random student.
private struct Problem: Sendable {
  let fixture: QuantizationFixture
  let ranges: [ValueRange?]

  init(space: String, side: Int = 28) throws {
    fixture = try QuantizationFixture(
      try NetworkFixtures.students(of: space, count: 1, side: side)[0], count: 16)
    ranges = try Calibration(fixture.model, images: fixture.images)
      .ranges(by: MinMaxObserver())
  }

  func trainer(threads: Int) -> AwareTrainer {
    AwareTrainer(
      fixture.model, ranges: ranges, batch: 16, slices: 2,
      rule: .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), clipNorm: nil,
      loss: LogitLoss(LossWeights(distillation: 0, temperature: 1, labelSmoothing: 0)),
      threads: threads)
  }

  func fill(_ slice: TrainingSlice) {
    let floats = fixture.images.elementCount
    for (place, image) in slice.range.enumerated() {
      fixture.images.values.withUnsafeBufferPointer {
        (slice.images + place * floats).update(
          from: $0.baseAddress! + image * floats, count: floats)
      }
      // Four classes that differ by their contrast.
      let contrast: [Float] = [0.1, 0.5, 1, 2]
      for pixel in 0..<floats { slice.images[place * floats + pixel] *= contrast[image % 4] }
      slice.labels[place] = Int32(image % 4)
    }
  }
}

private final class Losses: @unchecked Sendable {
  var values: [Double] = []
}
