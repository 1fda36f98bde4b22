import FileFormats
import HardwareProfiles
import NeuralNetworks
import RandomStreams
import SearchSpaces
import Testing

@testable import ProfileEvaluation

@Suite("the simple predictors of latency")
struct PredictionBaselineTests {
  /// Architectures of the cell space with a latency that a formula gives.
  private func measured(
    _ count: Int, _ latency: (Architecture, InferenceWorkload) -> Double
  ) throws -> (space: SearchSpace, table: MeasuredArchitectures) {
    let space = try HardwareBenchmarkTests.cells()
    var random = RandomStream(seed: 5, purpose: "baselines")
    var text = "architecture,latency_ms\n"
    for _ in 0..<count {
      let architecture = space.randomArchitecture(using: &random)
      let workload = try space.workload(
        of: architecture, input: space.images.shape, classes: space.images.classes)
      text += "\(space.key(of: architecture)),\(latency(architecture, workload))\n"
    }
    return (
      space,
      try MeasuredArchitectures(
        CSVTable(text: text, file: "m.csv"), of: space, images: space.images)
    )
  }

  private func quality(
    _ baseline: PredictionBaseline, _ latency: (Architecture, InferenceWorkload) -> Double
  ) throws -> PredictionQuality {
    let (space, table) = try measured(120, latency)
    let predictions = baseline.predictions(table, of: space, training: Array(0..<80))
    #expect(predictions.count == table.measurements.count)
    return PredictionQuality(
      predicted: Array(predictions[80...]),
      measured: table.measurements[80...].map(\.latencyMilliseconds))
  }

  @Test("rank as MACs and parameters do")
  func counts() throws {
    let macs = try quality(.macs) { 1 + 1e-6 * Double($1.costs.macs) }
    #expect(abs(macs.spearman - 1) < 1e-12)
    let parameters = try quality(.parameters) { 1 + 1e-6 * Double($1.costs.parameters) }
    #expect(abs(parameters.spearman - 1) < 1e-12)
    #expect(try quality(.macs) { 1 / Double($1.costs.macs) }.spearman < -0.99)
  }

  @Test("find a device that is linear in launches, MACs and bytes")
  func physical() throws {
    let quality = try quality(.physical) { _, workload in
      workload.kernels.reduce(0.5) { sum, kernel in
        let rate = kernel.kind == .convolution ? 1e-6 : 3e-6
        return sum + 0.1 + rate * Double(kernel.macs) + 1e-7 * Double(kernel.bytesMoved)
      }
    }
    #expect(quality.medianAbsolutePercentageError < 0.1 && quality.spearman > 0.999)
  }

  @Test("find a device whose latency is a sum over decisions")
  func choices() throws {
    let quality = try quality(.choices) { architecture, _ in
      var latency = 50.0
      for (index, choice) in architecture.choices.enumerated() {
        latency += Double((index + 1) * choice)
      }
      return latency
    }
    #expect(quality.medianAbsolutePercentageError < 2 && quality.spearman > 0.99)
  }
}
