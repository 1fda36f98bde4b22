import Foundation
import Statistics

/// The likelihood-ratio attack on membership with few shadow models.
///
/// Of each image the other shadows give confidences of models that have learnt from it, and of models that have not. The score
/// of the target's confidence φ is
///
///     log N(φ; μ_in, σ²_in·(1 + 1/k_in)) − log N(φ; μ_out, σ²_out·(1 + 1/k_out))
///
/// with means μ of each image over its k models, and variances σ² that all images share, since a few models cannot tell each
/// image's own (section VI-A of the paper). The factor is the doubt about a mean of k values. Source: Carlini et al.,
/// "Membership inference attacks from first principles", arXiv:2112.03570, algorithm 1.
///
/// An image of which the others have no confidence of one kind has no score.
public struct LikelihoodRatioAttack: Sendable {
  /// For each shadow φ of each image (`LabelConfidence`); not a number where it is not known.
  public let confidences: [[Float]]
  /// For each shadow whether it has learnt from an image.
  public let isMember: [[Bool]]

  /// The fewest shadows: the others must have two of one kind of some image.
  public static let fewestShadows = 4

  /// - Precondition: At least `fewestShadows` shadows, all of as many images.
  public init(confidences: [[Float]], isMember: [[Bool]]) {
    precondition(
      confidences.count >= LikelihoodRatioAttack.fewestShadows
        && confidences.count == isMember.count
        && (confidences.map(\.count) + isMember.map(\.count)).allSatisfy {
          $0 == confidences[0].count
        }, "\(confidences.count) shadows, members of \(isMember.count)")
    (self.confidences, self.isMember) = (confidences, isMember)
  }

  /// Returns the score of each image for one shadow as the target, by all others: higher is more like a member; not a
  /// number where there is none.
  public func scores(target: Int) -> [Double] {
    let count = confidences[target].count
    var (sums, counts) = (
      [[Double]](repeating: Array(repeating: 0, count: count), count: 2),
      [[Int]](repeating: Array(repeating: 0, count: count), count: 2)
    )
    let others = confidences.indices.filter { $0 != target }
    func eachKnown(_ body: (_ image: Int, _ kind: Int, _ confidence: Double) -> Void) {
      for shadow in others {
        for image in 0..<count where confidences[shadow][image].isFinite {
          body(image, isMember[shadow][image] ? 1 : 0, Double(confidences[shadow][image]))
        }
      }
    }
    eachKnown { image, kind, confidence in
      sums[kind][image] += confidence
      counts[kind][image] += 1
    }
    var squares = [0.0, 0.0]
    eachKnown { image, kind, confidence in
      let distance = confidence - sums[kind][image] / Double(counts[kind][image])
      squares[kind] += distance * distance
    }
    let variances = [0, 1].map { kind in
      let freedom = counts[kind].reduce(0) { $0 + max(0, $1 - 1) }
      // Where all models agree, any difference from them is telling.
      return max(1e-12, squares[kind] / Double(max(1, freedom)))
    }
    func logLikelihood(_ confidence: Double, _ image: Int, _ kind: Int) -> Double {
      let known = Double(counts[kind][image])
      let variance = variances[kind] * (1 + 1 / known)
      let distance = confidence - sums[kind][image] / known
      return -0.5 * (log(variance) + distance * distance / variance)
    }
    return (0..<count).map { image in
      let confidence = Double(confidences[target][image])
      guard confidence.isFinite, counts[0][image] > 0, counts[1][image] > 0 else { return .nan }
      return logLikelihood(confidence, image, 1) - logLikelihood(confidence, image, 0)
    }
  }
}
