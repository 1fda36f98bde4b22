import Testing

@testable import Studies

@Suite("the limits of a run")
struct RunLimitsTests {
  @Test("are reached by what they limit, and by nothing else")
  func reached() {
    func reached(_ limits: RunLimits, trials: Int? = 2) -> RunLimit? {
      limits.reached(seconds: 10, processorSeconds: 20, trials: trials)
    }
    #expect(reached(RunLimits()) == nil)
    #expect(reached(RunLimits(seconds: 10.5, trials: 3, processorSeconds: 20.5)) == nil)
    #expect(reached(RunLimits(seconds: 10)) == .time(seconds: 10))
    #expect(reached(RunLimits(processorSeconds: 20)) == .processorTime(seconds: 20))
    #expect(reached(RunLimits(trials: 2)) == .trials(2))
    // Where no trial comes next, their number stops nothing.
    #expect(reached(RunLimits(trials: 2), trials: nil) == nil)
  }

  @Test("say what is reached")
  func words() {
    #expect("\(RunLimit.time(seconds: 5400))" == "1h30m of this run")
    #expect("\(RunLimit.time(seconds: 0.5))" == "0.5s of this run")
    #expect("\(RunLimit.processorTime(seconds: 0.0002 * 3600))".hasPrefix("0.72s of "))
    #expect("\(RunLimit.time(seconds: 1e22))" == "1e+22s of this run")
    #expect("\(RunLimit.trials(1))" == "1 flash trial of this run")
    #expect("\(RunLimit.processorTime(seconds: 36_000))" == "10h of processor time of this run")
  }
}
