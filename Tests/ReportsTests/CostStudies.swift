import Foundation

@testable import HardwareProfiles
@testable import Studies

// Studies whose point is what students may cost.

extension MadeUpStudy {
  /// `infeasible` with the reasons that this version finds.
  static var explained: MadeUpStudy {
    var study = infeasible
    study.constraints = ["latency_ms<=0.1", "macs>=1000000"]
    func latency(_ value: Double, _ error: Double) -> CostValue {
      CostValue(value: value, standardError: error)
    }
    study.events.removeLast()
    study.events.append(
      .nothingFeasible(
        JournalEvent.NothingFeasible(
          leastInfeasible: [
            .init(
              key: key(0), costs: costs(latency: 0.135), binding: "latency_ms<=0.1", excess: 0.35)
          ],
          limits: [
            .init(
              constraint: "latency_ms<=0.1", rejected: 400, key: key(1),
              cost: latency(0.0948, 0.0237), excess: 0.25),
            .init(
              constraint: "macs>=1000000", rejected: 390, key: key(2), cost: latency(4e6, 0),
              excess: 0),
          ],
          changes: [
            .init(
              constraint: "latency_ms<=0.1", parameter: "stem", from: "12", to: "8",
              before: latency(0.2, 0.05), after: latency(0.135, 0.03), excess: 0.7,
              binding: "latency_ms<=0.1", bindingExcess: 0.7),
            .init(
              constraint: "latency_ms<=0.1", parameter: "depth", from: "2", to: "1",
              before: latency(0.135, 0.03), after: latency(0.0948, 0.0237), excess: 0.25,
              binding: "macs>=1000000", bindingExcess: 0.8),
          ], isExhaustive: false)))
    return study
  }

  /// `small` with a budget that two students keep and one that nobody does; latencies have a standard
  /// error of two fifths.
  static var budgeted: MadeUpStudy {
    var study = small
    study.others = [
      #""confidence": 0.75"#,
      #""budgets": ["2<=latency_ms<=4", {"name": "tiny", "constraints": ["latency_ms<=1.1"]}]"#,
    ]
    study.events = study.events.map { event in
      switch event {
      case .screened(var screened):
        screened.kept = ["latency_ms>=2, latency_ms<=4": 31, "tiny": 0]
        return .screened(screened)
      case .proposed(var proposed) where proposed.trial == 1:
        proposed.costs = MadeUpStudy.costs(latency: 3)
        return .proposed(proposed)
      default: return event
      }
    }
    return study
  }

  /// `small` on two boards, the second half as fast and better known; one front for both.
  static var twoBoards: MadeUpStudy {
    var study = small
    study.boards = ["small-board", "big-board"]
    study.others = [#""devices": "worst_case""#]
    study.events = study.events.map { event in
      if case .began(var began) = event {
        began.profileHash = "bead,b16b"
        return .began(began)
      }
      guard case .proposed(var proposed) = event else { return event }
      let one = proposed.costs.devices[0]
      let latency = one.latencyMilliseconds ?? 0
      let other = DeviceCosts(
        profile: "big-board", latencyMilliseconds: 2 * latency,
        latencyStandardErrorMilliseconds: 0.2 * latency, energyMillijoules: latency,
        energyStandardErrorMillijoules: 0, peakMemoryBytes: one.peakMemoryBytes,
        weightBytes: one.weightBytes / 4)
      proposed.costs = Costs(
        devices: [one, other], macs: proposed.costs.macs, parameters: proposed.costs.parameters)
      return .proposed(proposed)
    }
    return study
  }
}
