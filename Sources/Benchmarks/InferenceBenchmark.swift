import DeviceMeasurement
import NeuralNetworks

/// How the time of one image through a network on one thread is measured.
package struct InferenceBenchmark {
  /// The least time to measure for.
  let seconds: Double

  package init(seconds: Double) { self.seconds = seconds }

  private static let series = 3

  /// Times inferences in three series and keeps the one with the lowest median: what disturbs a
  /// machine only ever adds time.
  package func measure(_ reference: ReferenceNetwork) throws -> InferenceMeasurement {
    let network = try reference.network()
    let timer = InferenceTimer(network)
    let measurement = LatencyMeasurement(
      warmUp: 3, samples: 100...Int.max,
      leastMilliseconds: 1000 * seconds / Double(InferenceBenchmark.series))
    let series = try (0..<InferenceBenchmark.series).map { _ in
      try timer.measure(measurement).samples.map { 1000 * $0 }.sorted()
    }
    let best = series.min { $0[$0.count / 2] < $1[$1.count / 2] } ?? []
    return InferenceMeasurement(
      network: reference.rawValue, macs: NetworkCosts(network).macs, minimumMicroseconds: best[0],
      medianMicroseconds: best[best.count / 2], p95Microseconds: best[best.count * 95 / 100])
  }
}

/// The latencies of a network.
package struct InferenceMeasurement: Sendable {
  package let network: String
  package let macs: Int
  package let minimumMicroseconds: Double
  package let medianMicroseconds: Double
  package let p95Microseconds: Double

  /// Of a median inference; a multiply–add counts twice.
  package var gflops: Double { 2 * Double(macs) / medianMicroseconds / 1e3 }
}
