import Foundation
import Statistics

/// The scales of a correction, one step of `NetworkFit`: the mode of their posterior, given what the physical
/// model missed.
struct CorrectionScaleFit {
  let covariances: MeasuredCovariances
  /// Measured less physical latency, in units of the typical latency.
  let errors: [Double]
  /// Physical latencies, in units of the typical latency.
  let totals: [Double]
  /// The trust in each measurement.
  let weights: [Double]

  /// Returns the scales that a descent from `start` ends at.
  func scales(from start: CorrectionScales) -> CorrectionScales {
    let minimum = minimize(
      from: start.point, maximumEvaluations: 40, tolerance: 1e-3, loss)
    var scales = start
    scales.point = minimum.point
    return scales
  }

  /// Minus the log posterior of a point and its gradient; infinite where the scales are beyond all bounds.
  func loss(_ point: [Double]) -> (value: Double, gradient: [Double]) {
    let prior = CorrectionScales().point
    var gradient = [Double](repeating: 0, count: point.count)
    let nowhere = (value: Double.infinity, gradient: gradient)
    guard zip(point, prior).allSatisfy({ abs($0 - $1) < 8 }) else { return nowhere }
    var scales = CorrectionScales()
    scales.point = point
    let count = errors.count
    let noise = zip(totals, weights).map { scales.noiseVariance(relativeLatency: $0) / $1 }
    var matrix = covariances.sum(scales)
    for i in 0..<count { matrix[i * count + i] += noise[i] + 1e-12 }
    guard let factor = SymmetricFactor(matrix, order: count) else { return nowhere }
    let solution = factor.solve(errors)
    var value = 0.5 * factor.logDeterminant
    for (error, weight) in zip(errors, solution) { value += 0.5 * error * weight }

    // d/dK of the loss: ½ (K⁻¹ − α·αᵀ).
    var slope = factor.inverse()
    for i in 0..<count {
      for j in 0..<count {
        slope[i * count + j] = 0.5 * (slope[i * count + j] - solution[i] * solution[j])
      }
    }
    let parts = covariances.gradient(scales, weights: slope)
    for (part, value) in zip(CorrectionPart.all, parts.parts) {
      gradient[CorrectionScales.place(of: part.scale.path)] = value
    }
    let noiseIndex = CorrectionScales.place(of: \.noise)
    let powerIndex = CorrectionScales.place(of: \.noisePower)
    for i in 0..<count {
      gradient[noiseIndex] += 2 * slope[i * count + i] * noise[i]
      gradient[powerIndex] += 2 * slope[i * count + i] * noise[i] * log(totals[i])
    }
    gradient[CorrectionScales.place(of: \.contextDecisions)] = parts.length
    for (index, scale) in CorrectionScales.named.enumerated() {
      let deviation = scale.priorDeviation
      let distance = (point[index] - prior[index]) / deviation
      value += 0.5 * distance * distance
      gradient[index] += distance / deviation
    }
    return (value, gradient)
  }
}
