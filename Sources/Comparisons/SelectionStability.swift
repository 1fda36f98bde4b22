import Foundation
import RandomStreams

/// How often each student would be chosen, had the validation split held other images and the trainings
/// other seeds.
public struct SelectionStability: Hashable, Sendable {
  /// For each student the share of resamples in which it is the most accurate, the cheapest of several.
  public let shares: [Double]
  /// Whether the images were drawn jointly for all students, and not as if each had seen others.
  public let isPaired: Bool

  public static let usualResamples = 1000

  /// Chooses among students in the order of their costs, always by the same draws, so that whoever asks for the same
  /// students gets the same shares; nil if there are none.
  public init?(of students: [MeasuredAccuracy]) {
    var random = RandomStream(seed: 1, purpose: "selection stability")
    self.init(of: students, using: &random)
  }

  /// Chooses among students in the order of their costs; nil if there are none.
  public init?(
    of students: [MeasuredAccuracy], resamples: Int = SelectionStability.usualResamples,
    using random: inout RandomStream
  ) {
    guard !students.isEmpty else { return nil }
    let resampling = AccuracyResampling(students)
    var chosen = [Int](repeating: 0, count: students.count)
    for _ in 0..<resamples {
      if let best = bestIndex(of: resampling.accuracies(using: &random)) { chosen[best] += 1 }
    }
    isPaired = resampling.isPaired
    shares = chosen.map { Double($0) / Double(resamples) }
  }

  /// The entropy of the choice in bits: 0 where always the same student is chosen, 1 where two are chosen
  /// equally often.
  public var entropyBits: Double {
    shares.reduce(0) { $1 > 0 ? $0 - $1 * log2($1) : $0 }
  }
}
