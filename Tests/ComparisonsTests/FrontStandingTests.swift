import RandomStreams
import Testing

@testable import Comparisons

@Suite("the standing of students")
struct FrontStandingTests {
  private func student(_ accuracy: Double, _ cost: Double) -> Candidate {
    Candidate(accuracy: MeasuredAccuracy(mean: accuracy, count: 10_000), costs: [cost])
  }

  @Test("is sure, tied or dominated")
  func kinds() {
    let standings = FrontStanding.standings(
      of: [
        student(0.80, 1), student(0.90, 2), student(0.901, 3), student(0.85, 4), student(0.95, 5),
      ], noise: nil)
    #expect(standings == [.dominates, .dominates, .tied, .dominated, .dominates])
  }

  @Test("equals plain loops over all pairs on 300 random fronts")
  func property() {
    var random = RandomStream(seed: 1, purpose: "standings")
    for round in 0..<300 {
      let students = random.students(2 + round % 9, runs: 1 + round % 2, costs: 1 + round % 3)
      let noise = TrainingNoise(students.map(\.accuracy))
      func isDominated(_ a: Candidate) -> Bool {
        students.contains { b in
          b.accuracy.mean >= a.accuracy.mean && zip(b.costs, a.costs).allSatisfy { $0 <= $1 }
            && (b.accuracy.mean > a.accuracy.mean || b.costs != a.costs)
        }
      }
      // Holm step by step: the smallest p-value, while it is significant at what is left.
      var pairs: [(member: Int, p: Double)] = []
      for a in students.indices where !isDominated(students[a]) {
        for b in students.indices where a != b {
          guard zip(students[b].costs, students[a].costs).allSatisfy({ $0 <= $1 }) else { continue }
          let difference = AccuracyDifference(
            students[a].accuracy, students[b].accuracy, noise: (noise, noise))
          pairs.append((a, difference.pValue))
        }
      }
      pairs.sort { $0.p < $1.p }
      let sure = pairs.indices.first { pairs[$0].p * Double(pairs.count - $0) >= 0.05 }
      let tied = Set(pairs[(sure ?? pairs.count)...].map(\.member))
      let expected = students.indices.map { index -> FrontStanding in
        isDominated(students[index]) ? .dominated : tied.contains(index) ? .tied : .dominates
      }
      #expect(FrontStanding.standings(of: students, noise: noise) == expected)
    }
  }

  @Test("of a tie at the top lists who cannot be told from the winner")
  func ties() {
    let accuracies = [0.80, 0.90, 0.901, 0.899].map { MeasuredAccuracy(mean: $0, count: 10_000) }
    let ties = AccuracyTies(with: 2, of: accuracies, noise: nil)
    #expect(ties.indices == [1, 3] && !ties.isPaired)
    let none = AccuracyTies(with: 0, of: accuracies, noise: nil)
    #expect(none.indices.isEmpty && none.isPaired)
  }

  @Test("of a tie is seen image by image where the answers are known")
  func pairedTies() {
    // One point on 1,000 images: within chance if they were different ones, beyond it where the second is
    // wrong about all that the first is wrong about.
    func answers(_ wrong: Int) -> MeasuredAccuracy {
      MeasuredAccuracy([Answers((0..<1000).map { $0 >= wrong })])
    }
    let ties = AccuracyTies(with: 0, of: [answers(90), answers(100), answers(91)], noise: nil)
    #expect(ties.indices == [2] && ties.isPaired)
    let unpaired = [0.91, 0.90, 0.909].map { MeasuredAccuracy(mean: $0, count: 1000) }
    #expect(AccuracyTies(with: 0, of: unpaired, noise: nil).indices == [2, 1])
  }

  @Test("the best is the most accurate, the first of several")
  func best() {
    #expect(bestIndex(of: [0.8, 0.9, 0.9, 0.7]) == 1)
    #expect(bestIndex(of: [Double]()) == nil)
    var random = RandomStream(seed: 2, purpose: "best")
    for _ in 0..<300 {
      let values = (0..<8).map { _ in Double(random.integer(below: 5)) }
      #expect(bestIndex(of: values) == values.firstIndex(of: values.max() ?? 0))
    }
  }
}
