import Foundation

/// By how much one student is more accurate than another, and how sure that is.
///
/// Chance has two sources: which images the split holds, and how a training turned out. With one training each
/// and nothing known of how trainings differ, images alone are tested: McNemar's test and Tango's interval. Otherwise
/// both are, by their variances:
///
///     Var(Δ) = s²(D) / n + σ²ₐ / Rₐ + σ²ᵦ / Rᵦ
///
/// with D the differences by image of the shares of trainings that are right, n the images, R the trainings and
/// σ² the effect of a training (`TrainingNoise`). s²(D)/n holds what images and single answers add. Two-sided by Student's t
/// with Satterthwaite's degrees of freedom: Biometrics Bulletin 2(6), 1946. A bootstrap over images and trainings
/// estimates the same, but with two or three trainings it sees too little of their variance: Owen, "The
/// pigeonhole bootstrap", Annals of Applied Statistics 1(2), 2007, doi:10.1214/07-AOAS122.
public struct AccuracyDifference: Hashable, Sendable {
  /// What the difference is tested by.
  public enum Method: String, Hashable, Sendable {
    /// Image by image: McNemar's mid-p, Tango's interval.
    case images = "mcnemar"
    /// Image by image, and trainings: components of variance, Student's t.
    case imagesAndTrainings = "variance_components"
    /// As if on different images: Newcombe's interval, pooled z test.
    case unpaired = "unpaired"

    /// Whether both are seen on the same images, and it is known on which of them they agree.
    public var isPaired: Bool { self != .unpaired }
  }

  /// The accuracy of the first less that of the second.
  public let value: Double
  public let interval: ClosedRange<Double>
  /// The two-sided probability of a difference at least as large between equally accurate students.
  public let pValue: Double
  public let method: Method

  /// Compares two students on the same images.
  ///
  /// - Parameters:
  ///   - noise: How much trainings of the first's study differ, where that is known, and of the second's.
  public init(
    _ first: MeasuredAccuracy, _ second: MeasuredAccuracy, confidence: Double = 0.95,
    noise: (first: TrainingNoise?, second: TrainingNoise?) = (nil, nil)
  ) {
    let isNoisy = [noise.first, noise.second].contains { ($0?.effectVariance ?? 0) > 0 }
    let isPaired = first.hasAnswers && second.hasAnswers && first.count == second.count
    if isPaired && !isNoisy && first.runs == 1 && second.runs == 1 {
      let pairs = PairedProportions(first.answers[0], second.answers[0])
      self.init(
        pairs.difference, pairs.interval(confidence: confidence), pairs.midPValue, .images)
      return
    }
    if !isPaired && !isNoisy {
      let pair = IndependentProportions(first, second)
      self.init(
        pair.difference, pair.interval(confidence: confidence), pair.pValue, .unpaired)
      return
    }
    let value = first.mean - second.mean
    self.init(
      value,
      (isPaired ? [Self.images(first, second)] : [first, second].map(Self.images))
        + Self.trainings(first, second, noise), confidence,
      isPaired ? .imagesAndTrainings : .unpaired)
  }

  private init(
    _ value: Double, _ interval: ClosedRange<Double>, _ pValue: Double, _ method: Method
  ) {
    (self.value, self.pValue, self.method) = (value, pValue, method)
    // Rounding must not leave the difference itself outside.
    self.interval = min(value, interval.lowerBound)...max(value, interval.upperBound)
  }

  /// A part of the variance of a difference, with the degrees of freedom that it is known from.
  private typealias Part = (variance: Double, freedom: Double)

  private init(_ value: Double, _ parts: [Part], _ confidence: Double, _ method: Method) {
    let variance = parts.reduce(0) { $0 + $1.variance }
    guard variance > 0 else {
      self.init(value, value...value, value == 0 ? 1 : 0, method)
      return
    }
    let squares = parts.reduce(0) { $0 + $1.variance * $1.variance / $1.freedom }
    let student = StudentDistribution(freedom: variance * variance / squares)
    let error = variance.squareRoot()
    let reach = student.reach(of: confidence) * error
    self.init(
      value, value - reach...value + reach, student.twoSidedProbability(of: value / error), method)
  }

  /// What the images add where both students are seen on the same.
  private static func images(_ first: MeasuredAccuracy, _ second: MeasuredAccuracy) -> Part {
    let value = first.mean - second.mean
    var squares = 0.0
    for (a, b) in zip(first.rightShares, second.rightShares) {
      squares += (a - b - value) * (a - b - value)
    }
    let freedom = Double(max(1, first.count - 1))
    return (squares / freedom / Double(first.count), freedom)
  }

  /// What the images add to one of two accuracies that are taken as those of different images.
  private static func images(_ accuracy: MeasuredAccuracy) -> Part {
    let n = Double(accuracy.count)
    return (accuracy.mean * (1 - accuracy.mean) / n, n)
  }

  /// What trainings add to the variance. Where one study does not know, the other's noise stands for it.
  private static func trainings(
    _ first: MeasuredAccuracy, _ second: MeasuredAccuracy,
    _ noise: (first: TrainingNoise?, second: TrainingNoise?)
  ) -> [Part] {
    let sides = [
      (first.runs, noise.first ?? noise.second), (second.runs, noise.second ?? noise.first),
    ]
    return sides.compactMap { runs, noise in
      noise.map { ($0.effectVariance / Double(runs), Double($0.freedom)) }
    }
  }
}
