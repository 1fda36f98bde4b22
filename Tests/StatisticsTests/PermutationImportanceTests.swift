import RandomStreams
import Testing

@testable import Statistics

@Suite("the importance of decisions")
struct PermutationImportanceTests {
  /// Trials of three decisions, of which the second alone moves the outcome.
  private func trials(noise: Double) -> (levels: [[Int]], outcomes: [Double]) {
    var random = RandomStream(seed: 2, purpose: "made-up trials")
    let levels = (0..<80).map { _ in (0..<3).map { _ in random.integer(below: 3) } }
    return (levels, levels.map { 0.02 * Double($0[1]) + noise * random.normal() })
  }

  @Test("is that of the decision that moves the outcome, and none of the others")
  func found() throws {
    let (levels, outcomes) = trials(noise: 0.001)
    let importance = try #require(
      PermutationImportance(levels: levels, outcomes: outcomes, seed: 7))
    #expect(importance.entries.map(\.decision) == [0, 1, 2] && importance.count == 80)
    // A permuted decision of independent levels loses twice the variance that it explains.
    #expect(abs(importance.entries[1].median - 2) < 0.4 && importance.explained > 0.9)
    for entry in [importance.entries[0], importance.entries[2]] {
      #expect(abs(entry.median) < 0.05 && entry.interval.contains(0))
    }
  }

  @Test("leaves out what never varies, and uses an even part of very many trials")
  func used() throws {
    let (levels, outcomes) = trials(noise: 0.001)
    let still = levels.map { [$0[0], $0[1], 5] }
    let importance = try #require(
      PermutationImportance(levels: still, outcomes: outcomes, seed: 7))
    #expect(importance.entries.map(\.decision) == [0, 1])
    let many = try #require(
      PermutationImportance(
        levels: (0..<1300).map { levels[$0 % 80] }, outcomes: (0..<1300).map { outcomes[$0 % 80] },
        seed: 7))
    #expect(many.count == 434)
  }

  @Test("is not estimated from few trials, or where nothing varies")
  func missing() {
    let (levels, outcomes) = trials(noise: 0.001)
    func importance(_ levels: [[Int]], _ outcomes: [Double]) -> PermutationImportance? {
      PermutationImportance(levels: levels, outcomes: outcomes, seed: 7)
    }
    #expect(importance(Array(levels.prefix(12)), Array(outcomes.prefix(12))) != nil)
    #expect(importance(Array(levels.prefix(11)), Array(outcomes.prefix(11))) == nil)
    #expect(importance(levels, outcomes.map { _ in 1 }) == nil)
    #expect(importance(levels.map { _ in [1, 2, 3] }, outcomes) == nil)
  }
}
