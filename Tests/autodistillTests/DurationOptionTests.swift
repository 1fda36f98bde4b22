import Testing

@testable import autodistill

@Suite("a length of time on a command line")
struct DurationOptionTests {
  private func duration(_ text: String) throws -> Double? {
    try Arguments(["study", "--max-time", text], verb: RunVerb.self).duration("--max-time")
  }

  @Test("is a number with a unit, or several from the largest on")
  func read() throws {
    for (text, seconds) in [
      ("2h", 7200), ("90m", 5400), ("30s", 30), ("1h30m", 5400), ("1h30m15s", 5415), ("1h5s", 3605),
      ("0.5h", 1800), ("100m", 6000),
    ] as [(String, Double)] {
      #expect(try duration(text) == seconds, "\(text)")
    }
    #expect(try Arguments(["study"], verb: RunVerb.self).duration("--max-time") == nil)
  }

  @Test(
    "is refused with the option's name otherwise",
    arguments: [
      "2", "h", "2d", "30m1h", "1h1h", "-1h", "1 h", "0s", "1e3s", "infh", "nanm", "1h30",
    ])
  func refused(text: String) {
    let error = #expect(throws: UsageError.self) { try duration(text) }
    #expect(
      error?.description
        == "--max-time: got '\(text)', expected a length of time such as 2h, 90m, 30s or 1h30m")
  }
}
