import NeuralNetworks
import Statistics

/// Chooses the networks whose measurement would teach most about a device.
///
/// Greedy: each next one is that which lowers the variance of the others' corrections most, in sum and in units
/// of their latencies: relative variances choose too many tiny networks, absolute ones too many large (Seo et
/// al., IJCNN 2000, doi:10.1109/IJCNN.2000.861310). What is known before, by a profile or by the generic
/// model, decides; no latency is needed, since a Gaussian process's variances do not depend on them.
public struct MeasurementDesign: Sendable {
  /// The chosen networks as indices into the workloads given, most telling first.
  public let chosen: [Int]

  /// Chooses from workloads.
  ///
  /// - Parameters:
  ///   - profile: What is known of the device; nil for nothing.
  ///   - workloads: Hundreds, drawn at random.
  public init(count: Int, of workloads: [InferenceWorkload], knowing profile: HardwareProfile?) {
    let model = profile?.physical ?? .generic
    let sketches = workloads.map { NetworkSketch($0, on: model) }
    let totals = sketches.map(\.total)
    // Decisions count in units of the typical latency: that of the measurements, where there are any.
    let unit = profile?.correction?.unitMicroseconds ?? median(totals)
    let scales = profile?.correction?.scales ?? CorrectionScales()
    var seen: Set<ExecutedKernel> = []
    let kernels = sketches.flatMap(\.parts).map(\.kernel).filter { seen.insert($0).inserted }
    let number = workloads.count
    var covariance = MeasuredCovariances(sketches, kernels: kernels, unit: unit).sum(scales)
    let relative = totals.map { $0 / unit }
    let noise = relative.map { scales.noiseVariance(relativeLatency: $0) }
    // What is measured already is known.
    if let correction = profile?.correction {
      correction.condition(&covariance, of: sketches, unit: unit)
    }

    var chosen: [Int] = []
    while chosen.count < min(count, number) {
      var best: (index: Int, gain: Double)?
      for candidate in 0..<number where !chosen.contains(candidate) {
        let variance = covariance[candidate * number + candidate] + noise[candidate]
        var gain = 0.0
        for other in 0..<number {
          let value = covariance[candidate * number + other]
          gain += value * value / relative[other]
        }
        gain /= variance
        if gain > best?.gain ?? -1 { best = (candidate, gain) }
      }
      guard let next = best?.index else { break }
      chosen.append(next)
      let row = Array(covariance[next * number..<(next + 1) * number])
      let variance = row[next] + noise[next]
      for i in 0..<number where row[i] != 0 {
        let share = row[i] / variance
        for j in 0..<number { covariance[i * number + j] -= share * row[j] }
      }
    }
    self.chosen = chosen
  }
}
