import RandomStreams

@testable import Comparisons

extension RandomStream {
  /// Students of about equal difficulty on the same images, with a few equal costs and accuracies.
  mutating func students(_ count: Int, images: Int = 60, runs: Int = 1, costs: Int = 1)
    -> [Candidate]
  {
    (0..<count).map { _ in
      let skill = 0.5 + 0.4 * uniform()
      let answers = (0..<runs).map { _ in
        Answers((0..<images).map { _ in uniform() < skill })
      }
      return Candidate(
        accuracy: MeasuredAccuracy(answers),
        costs: (0..<costs).map { _ in Double(1 + integer(below: 12)) })
    }
  }
}
