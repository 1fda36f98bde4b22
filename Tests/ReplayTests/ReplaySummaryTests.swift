import Testing

@testable import Replay

@Suite("the summary of a replay")
struct ReplaySummaryTests {
  /// A curve that reaches `share` at a trial and holds it.
  private func step(_ share: Double, at trial: Int, of count: Int) -> [Double] {
    (1...count).map { $0 >= trial ? share : 0 }
  }

  @Test("gives mean and standard error at the checkpoints within the budget, and at its end")
  func checkpoints() throws {
    let summary = ReplaySummary(
      curves: [step(0.5, at: 1, of: 60), step(1, at: 26, of: 60), step(0.75, at: 1, of: 40)],
      seconds: [Array(repeating: 1, count: 60), [], []])
    #expect(summary.searches == 3 && summary.budget == 60)
    #expect(summary.checkpoints.map(\.evaluations) == [25, 50, 60])
    // 0.5, 0, 0.75: mean 5/12, variance of the sample 7/48.
    #expect(abs(summary.checkpoints[0].mean - 5.0 / 12) < 1e-12)
    let error = try #require(summary.checkpoints[0].standardError)
    #expect(abs(error - (7.0 / 48 / 3).squareRoot()) < 1e-12)
    // The third search ended after 40 trials and holds its value.
    #expect(summary.checkpoints[1].mean == 0.75)
    #expect(ReplaySummary(curves: [[0.2, 0.3]]).checkpoints.map(\.evaluations) == [2])
    #expect(ReplaySummary(curves: [[0.2, 0.3]]).checkpoints[0].standardError == nil)
    let long = ReplaySummary(curves: [step(1, at: 9, of: 600)])
    #expect(long.checkpoints.map(\.evaluations) == [25, 50, 100, 150, 200, 500, 600])
  }

  @Test("gives the price of a share four ways")
  func goals() {
    // Four searches reach 99 % after 10, 20, 40 and never.
    let curves =
      [10, 20, 40].map { step(0.99, at: $0, of: 100) } + [step(0.5, at: 1, of: 100)]
    let goal = ReplaySummary(curves: curves).goals[1]
    #expect(goal.share == 0.99 && goal.reached == 0.75)
    #expect(goal.meanCurve == nil)
    #expect(goal.medianRun == 30)
    #expect(goal.meanRun == (10 + 20 + 40 + 100) / 4.0)
    // At least half is not more than half.
    let half = ReplaySummary(
      curves: [step(1, at: 3, of: 9), step(0, at: 1, of: 9)]
    ).goals[1]
    #expect(half.medianRun == nil && half.reached == 0.5)
    let odd = ReplaySummary(curves: [3, 5, 8].map { step(1, at: $0, of: 9) }).goals
    #expect(odd.allSatisfy { $0.medianRun == 5 && $0.meanCurve == 8 && $0.reached == 1 })
  }

  @Test("times proposals over all trials and since the checkpoint before")
  func seconds() {
    let seconds = Array(repeating: 1.0, count: 25) + Array(repeating: 3.0, count: 25)
    let summary = ReplaySummary(
      curves: [step(1, at: 1, of: 50), step(1, at: 1, of: 50)], seconds: [seconds, seconds])
    #expect(summary.seconds.median == 2 && summary.seconds.ninetieth == 3)
    #expect(summary.checkpoints.map(\.seconds.median) == [1, 3])
  }
}
