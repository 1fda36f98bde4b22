import HardwareProfiles
import Testing

@Suite("a measured latency next to the expected one")
struct LatencyQuestionTests {
  @Test(
    "is questioned from ten times on, in either direction",
    arguments: [
      (3.2, 3.2, false), (9.9, 1, false), (1, 9.9, false), (10, 1, true), (1, 10, true),
      (3210, 3.21, true), (0.00321, 3.21, true), (.infinity, 1, true), (.nan, 1, true),
    ])
  func factor(measured: Double, expected: Double, isQuestioned: Bool) {
    let question = LatencyQuestion(
      measuredMilliseconds: measured, expectedMilliseconds: expected)
    #expect((question != nil) == isQuestioned)
  }

  @Test("says both, and how far they are apart")
  func description() {
    let question = LatencyQuestion(measuredMilliseconds: 3210, expectedMilliseconds: 3.21)
    #expect(
      question?.description
        == "3210 ms where 3.21 ms were expected, 1000 times as long: is it this model's, and in ms?"
    )
  }
}
