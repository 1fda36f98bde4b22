import DeviceMeasurement
import Foundation
import IntegerInference
import NeuralNetworks
import TFLiteFiles

/// How the time of one image through a network on one thread is measured.
package struct InferenceBenchmark {
  /// The least time to measure for.
  let seconds: Double

  package init(seconds: Double) { self.seconds = seconds }

  private static let series = 3

  package func measure(_ reference: ReferenceNetwork) throws -> InferenceMeasurement {
    let network = try reference.network()
    return try measure(
      InferenceTimer(network), name: reference.rawValue, precision: .fp32,
      macs: NetworkCosts(network).macs)
  }

  /// Times the int8 engine on a model of integers in a TensorFlow Lite file.
  package func measure(model path: String) throws -> InferenceMeasurement {
    let model = try TFLiteFile.read(path).model
    let plan = try IntegerPlan(model)
    let timer = InferenceTimer(plan)
    // Every integer that a pixel can have, whatever the input's scale is.
    if let quantization = model.tensors[model.input].quantization {
      for place in 0..<plan.imageFloats {
        plan.input[place] = quantization.value(
          of: Int8(truncatingIfNeeded: place &* 2_654_435_761 >> 13))
      }
    }
    return try measure(
      timer,
      name: URL(filePath: path).deletingPathExtension().lastPathComponent, precision: .int8,
      macs: model.macs)
  }

  /// Times inferences in three series and keeps the one with the lowest median: what disturbs a
  /// machine only ever adds time.
  private func measure(
    _ timer: InferenceTimer, name: String, precision: Precision, macs: Int
  ) throws -> InferenceMeasurement {
    let measurement = LatencyMeasurement(
      warmUp: 3, samples: 100...Int.max,
      leastMilliseconds: 1000 * seconds / Double(InferenceBenchmark.series))
    let series = try (0..<InferenceBenchmark.series).map { _ in
      try timer.measure(measurement).samples.map { 1000 * $0 }.sorted()
    }
    let best = series.min { $0[$0.count / 2] < $1[$1.count / 2] } ?? []
    return InferenceMeasurement(
      network: name, precision: precision, macs: macs, minimumMicroseconds: best[0],
      medianMicroseconds: best[best.count / 2], p95Microseconds: best[best.count * 95 / 100])
  }
}

/// The latencies of a network.
package struct InferenceMeasurement: Sendable {
  package let network: String
  package let precision: Precision
  package let macs: Int
  package let minimumMicroseconds: Double
  package let medianMicroseconds: Double
  package let p95Microseconds: Double

  /// Of a median inference; a multiply–add counts twice.
  package var gflops: Double { 2 * Double(macs) / medianMicroseconds / 1e3 }
}
