import Distillation
import Foundation

/// What of an evaluation is taken for how good a student is.
public enum FlashScore: String, CaseIterable, Sendable {
  /// The share of right answers.
  case accuracy
  /// The mean of log p(label), which uses more of each answer than whether it is right.
  case likelihood

  /// Returns the score, the higher the better.
  func value(of evaluation: Evaluation) -> Double {
    switch self {
    case .accuracy: evaluation.accuracy
    case .likelihood: -evaluation.negativeLogLikelihood
    }
  }

  /// Returns the score of guessing, which is what a training that failed counts as.
  func chance(classes: Int) -> Double {
    switch self {
    case .accuracy: 1 / Double(classes)
    case .likelihood: -log(Double(classes))
    }
  }
}
