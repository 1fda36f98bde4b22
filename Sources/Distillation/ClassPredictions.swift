import Foundation

/// What a model says of every image: its logits as probabilities.
struct ClassPredictions {
  let classes: Int
  /// Natural logarithms, `[count, classes]`.
  let logProbabilities: [Double]
  /// The class with the largest logit; of equal ones the first, as in training and evaluation.
  let predicted: [Int]

  /// - Parameter logits: `[count, classes]`, finite.
  init(logits: [Float], classes: Int) {
    self.classes = classes
    let count = logits.count / classes
    var logProbabilities = [Double](repeating: 0, count: count * classes)
    var predicted = [Int](repeating: 0, count: count)
    for image in 0..<count {
      let row = image * classes..<(image + 1) * classes
      var best = row.lowerBound
      for place in row where logits[place] > logits[best] { best = place }
      let largest = Double(logits[best])
      let logSum = log(row.reduce(0) { $0 + exp(Double(logits[$1]) - largest) })
      for place in row { logProbabilities[place] = Double(logits[place]) - largest - logSum }
      predicted[image] = best - row.lowerBound
    }
    (self.logProbabilities, self.predicted) = (logProbabilities, predicted)
  }

  var count: Int { predicted.count }

  /// The probability of an image's predicted class.
  func confidence(of image: Int) -> Double {
    exp(logProbabilities[image * classes + predicted[image]])
  }

  /// KL(other ‖ self) on one image, in nats.
  func divergence(from other: ClassPredictions, on image: Int) -> Double {
    let sum = (image * classes..<(image + 1) * classes).reduce(0) {
      $0 + exp(other.logProbabilities[$1]) * (other.logProbabilities[$1] - logProbabilities[$1])
    }
    // Rounding must not make it negative.
    return sum < 0 ? 0 : sum
  }
}

extension ClassPredictions {
  /// The mean over the classes that have images, but not all, of the area under the curve of one class
  /// against the rest; nil if there is none.
  func areaUnderCurves(labels: [Int]) -> Double? {
    let areas = (0..<classes).compactMap { label in
      areaUnderCharacteristic(
        scores: (0..<count).map { exp(logProbabilities[$0 * classes + label]) },
        isPositive: labels.map { $0 == label })
    }
    return areas.isEmpty ? nil : areas.reduce(0, +) / Double(areas.count)
  }

  /// The expected calibration error: the mean over images of |accuracy − confidence| of their bin, in bins
  /// of equal width that hold their upper end.
  ///
  /// Source: Guo et al., "On calibration of modern neural networks", arXiv:1706.04599.
  func calibrationError(labels: [Int], bins: Int = 15) -> Double {
    // Of each bin: right answers less confidences.
    var excess = [Double](repeating: 0, count: bins)
    for image in 0..<count {
      let confidence = confidence(of: image)
      let bin = min(bins - 1, max(0, Int((confidence * Double(bins)).rounded(.up)) - 1))
      excess[bin] += (predicted[image] == labels[image] ? 1 : 0) - confidence
    }
    return excess.reduce(0) { $0 + abs($1) } / Double(count)
  }
}
