import Foundation

/// The covariances between the corrections of measured networks, part by part.
///
/// Matrices are symmetric, row after row.
struct MeasuredCovariances {
  let count: Int
  /// One matrix for each of `CorrectionPart.all`.
  private var parts: [[Double]]
  /// In how many decisions two networks differ; −1 where they cannot be compared.
  private var differing: [Int]

  /// Computes all parts between networks whose different kernels are `kernels`.
  init(_ sketches: [NetworkSketch], kernels: [ExecutedKernel], unit: Double) {
    let count = sketches.count
    self.count = count
    parts = CorrectionPart.all.map { _ in [Double](repeating: 0, count: count * count) }
    differing = [Int](repeating: -1, count: count * count)

    let places = Dictionary(uniqueKeysWithValues: zip(kernels, kernels.indices))
    let likenesses = kernels.map { a in kernels.map { b in a.likeness(to: b) } }
    let times = sketches.map { sketch in
      sketch.parts.map { (place: places[$0.kernel] ?? 0, time: $0.count * $0.time.total) }
    }
    for i in 0..<count {
      var shapes = [Double](repeating: 0, count: kernels.count)
      var same = shapes
      for (place, time) in times[i] {
        let row = likenesses[place]
        for index in shapes.indices { shapes[index] += time * row[index] }
        same[place] += time
      }
      for j in 0...i {
        var (shape, kernel) = (0.0, 0.0)
        for (place, time) in times[j] {
          shape += time * shapes[place]
          kernel += time * same[place]
        }
        let pair = CovarianceParts(
          sketches[i], sketches[j], shape: shape, kernel: kernel, unit: unit, isSame: i == j)
        for (part, value) in pair.values.enumerated() {
          parts[part][i * count + j] = value
          parts[part][j * count + i] = value
        }
        differing[i * count + j] = pair.differingDecisions ?? -1
        differing[j * count + i] = differing[i * count + j]
      }
    }
  }

  /// How much of the context each pair shares.
  private func likeness(_ scales: CorrectionScales) -> [Double] {
    let most = differing.max() ?? 0
    let table = (0...max(most, 0)).map { exp(-Double($0) / scales.contextDecisions) }
    return differing.map { $0 < 0 ? 0 : table[$0] }
  }

  /// The covariance matrix under these scales, parts about kinds of kernels left out where not wanted.
  func sum(_ scales: CorrectionScales, withKinds: Bool = true) -> [Double] {
    let likeness = likeness(scales)
    var sum = [Double](repeating: 0, count: count * count)
    for ((part, values), square) in zip(zip(CorrectionPart.all, parts), scales.squares)
    where withKinds || !part.isAboutKinds {
      if part.fadesWithDecisions {
        for index in sum.indices { sum[index] += square * values[index] * likeness[index] }
      } else {
        for index in sum.indices { sum[index] += square * values[index] }
      }
    }
    return sum
  }

  /// Returns Σ gradient[i, j] · dK[i, j] / d(log scale) for each part, and for the context's length.
  func gradient(_ scales: CorrectionScales, weights: [Double]) -> (parts: [Double], length: Double)
  {
    let likeness = likeness(scales)
    var length = 0.0
    let gradients = zip(zip(CorrectionPart.all, parts), scales.squares).map { entry, square in
      let (part, values) = entry
      var sum = 0.0
      if part.fadesWithDecisions {
        for index in values.indices {
          let term = weights[index] * values[index] * likeness[index]
          sum += term
          length += square * term * Double(max(differing[index], 0)) / scales.contextDecisions
        }
      } else {
        for index in values.indices { sum += weights[index] * values[index] }
      }
      return 2 * square * sum
    }
    return (gradients, length)
  }
}
