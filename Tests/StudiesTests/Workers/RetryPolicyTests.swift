import Testing

@testable import Studies

@Suite("the policy of trying again")
struct RetryPolicyTests {
  @Test("waits longer after each kill in a row, and not after the first")
  func pauses() {
    let policy = RetryPolicy()
    #expect((1...10).map(policy.pauseSeconds(afterKills:)) == [0, 0.5, 1, 2, 4, 8, 16, 32, 60, 60])
    #expect(policy.pauseSeconds(afterKills: 10_000) == 60)
  }

  @Test("is patient for minutes with what comes from outside")
  func patience() {
    let policy = RetryPolicy()
    let all = (1..<policy.mostKills).reduce(0) { $0 + policy.pauseSeconds(afterKills: $1) }
    #expect(all > 60 && all < 300)
  }
}
