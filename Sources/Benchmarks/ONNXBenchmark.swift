import Dispatch
import ONNXInference

/// How fast a classifier from an ONNX file is on one thread.
package final class ONNXBenchmark {
  private let classifier: ONNXClassifier
  private let plan: ONNXPlan
  private let images: [Float]
  private let batch: Int

  package init(_ classifier: ONNXClassifier, batch: Int) {
    (self.classifier, self.batch) = (classifier, batch)
    plan = classifier.plan(capacity: batch)
    let count = batch * classifier.inputShape.reduce(1, *)
    // Values from −2 to 2 without a pattern.
    images = (0..<count).map { Float(($0 &* 7919) % 4001) / 1000 - 2 }
  }

  /// Runs at least five times and keeps the median.
  package func measure(seconds: Double) -> ONNXMeasurement {
    _ = plan.run(images, images: batch)
    var times: [Double] = []
    let start = ONNXBenchmark.now
    while times.count < 5 || ONNXBenchmark.now - start < seconds {
      let before = ONNXBenchmark.now
      _ = plan.run(images, images: batch)
      times.append(ONNXBenchmark.now - before)
    }
    return ONNXMeasurement(
      imagesPerSecond: Double(batch) / times.sorted()[times.count / 2], macs: classifier.macs,
      weightBytes: classifier.weightBytes, arenaBytes: plan.arenaBytes,
      peakMemoryBytes: ProcessMemory.peakBytes)
  }

  /// The seconds of every kernel of one run.
  package func stepTimes() -> [(title: String, seconds: Double)] {
    plan.stepTimes(images) { ONNXBenchmark.now }
  }

  private static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
}

/// The speed and the memory of a classifier.
package struct ONNXMeasurement: Sendable {
  package let imagesPerSecond: Double
  package let macs: Int
  package let weightBytes: Int
  package let arenaBytes: Int
  /// Of the whole process.
  package let peakMemoryBytes: Int

  /// A multiply–add counts twice.
  package var gflops: Double { 2 * Double(macs) * imagesPerSecond / 1e9 }
}
