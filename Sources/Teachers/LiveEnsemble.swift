import Distillation
import FileFormats
import Foundation
import TensorKernels

/// The logarithm of a weighted mean of probabilities, which is what an ensemble says.
///
///     z(k) = log Σ w(m) · exp(z(m, k) − log Σ exp z(m, ·))
///
/// Taken over logarithms, so that no probability is lost; the sums of one image are made in a fixed order.
struct ProbabilityMean: Sendable {
  private let logWeights: [Double]
  private let classes: Int

  /// - Parameter weights: Their sum is 1.
  init(_ weights: [Double], classes: Int) {
    (logWeights, self.classes) = (weights.map { log($0) }, classes)
  }

  /// Writes the logits of one image.
  ///
  /// - Parameter rows: Of each member its logits, `[classes]`.
  func write<Row: RandomAccessCollection<Float>>(
    _ rows: [Row], into output: (_ class: Int, _ logit: Float) -> Void
  ) {
    var terms = [Double](repeating: 0, count: rows.count * classes)
    for (member, row) in rows.enumerated() {
      let largest = Double(row.max() ?? 0)
      let logSum = log(row.reduce(0) { $0 + exp(Double($1) - largest) })
      for (place, logit) in row.enumerated() {
        terms[member * classes + place] = logWeights[member] + Double(logit) - largest - logSum
      }
    }
    for place in 0..<classes {
      var largest = -Double.infinity
      for member in rows.indices { largest = max(largest, terms[member * classes + place]) }
      var sum = 0.0
      for member in rows.indices { sum += exp(terms[member * classes + place] - largest) }
      output(place, Float(largest + log(sum)))
    }
  }
}

/// An ensemble all of whose members can be asked about any image.
struct LiveEnsemble: ImageClassifier {
  let members: [any ImageClassifier]
  let mean: EnsembleMean
  var classes: Int { members[0].classes }

  var contentHash: String {
    ContentHash.hexadecimal(of: "ensemble|\(mean)|" + members.map(\.contentHash).joined())
  }

  func session(capacity: Int) -> any ClassifierSession {
    Session(members.map { $0.session(capacity: capacity) }, mean, capacity * classes, classes)
  }

  private final class Session: ClassifierSession {
    private let sessions: [any ClassifierSession]
    private let mean: EnsembleMean
    private let classes: Int
    /// What each member says.
    private let logits: [FloatArena]

    init(
      _ sessions: [any ClassifierSession], _ mean: EnsembleMean, _ floats: Int, _ classes: Int
    ) {
      (self.sessions, self.mean, self.classes) = (sessions, mean, classes)
      logits = sessions.map { _ in FloatArena(count: floats) }
    }

    func answer(
      _ images: UnsafePointer<Float>, count: Int, into output: UnsafeMutablePointer<Float>
    ) {
      for (session, logits) in zip(sessions, logits) {
        session.answer(images, count: count, into: logits.base)
      }
      for start in stride(from: 0, to: count * classes, by: classes) {
        mean.write(
          logits.map { UnsafeBufferPointer(start: $0.base + start, count: classes) }
        ) { output[start + $0] = $1 }
      }
    }
  }
}
