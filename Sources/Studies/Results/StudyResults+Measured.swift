import HardwareProfiles

/// Which latencies the front of a study is made of.
public enum FrontLatency: String, Hashable, Sendable {
  case predicted
  case measured
}

extension StudyResults {
  /// What is known of measured latencies as a whole.
  public struct Measurement: Hashable, Sendable {
    /// Why the front is made of what it is made of.
    public enum Reason: String, Hashable, Sendable {
      /// Every student is measured by the profile's protocol.
      case complete
      /// Some students are not measured, and measured latencies do not compare with predicted ones.
      case incomplete
      /// They were measured by another protocol than the profile's.
      case otherProtocol
      /// A cost is the worst of several devices, and one of these is measured.
      case oneOfSeveral
    }

    /// The name of the profile whose device is measured.
    public var profile: String
    public var measured: Int
    public var students: Int
    public var reason: Reason
    /// The device and how it was measured.
    public var measurementProtocol: String

    public var front: FrontLatency { reason == .complete ? .measured : .predicted }
  }

  /// Sets measured latencies next to the predicted ones, and in their place where all students have one by
  /// the profile's protocol; nil if there are none.
  static func measure(
    _ students: inout [Student], _ definition: StudyDefinition, _ state: StudyState
  ) -> Measurement? {
    for index in students.indices {
      students[index].measured = state.measurement(
        of: students[index].trial, by: definition.measurementSource)
    }
    let known = students.compactMap(\.measured)
    guard let first = known.first else { return nil }
    let protocols = Set(known.map(\.measurementProtocol))
    let limits = definition.constraints + definition.budgets.flatMap(\.constraints)
    let isMixed = (definition.objectives + limits.map(\.metric)).contains {
      $0.metric == .latencyMilliseconds && $0.device == nil && definition.hardware.count > 1
    }
    let reason: Measurement.Reason =
      isMixed
      ? .oneOfSeveral
      : protocols.count > 1 || !known.allSatisfy(\.isComparable)
        ? .otherProtocol : known.count < students.count ? .incomplete : .complete
    let measurement = Measurement(
      profile: first.profile, measured: known.count, students: students.count, reason: reason,
      measurementProtocol: first.measurementProtocol)
    guard measurement.front == .measured else { return measurement }
    for index in students.indices {
      guard let measured = students[index].measured else { continue }
      let costs = students[index].costs.replacingLatency(
        on: measured.profile, by: measured.latencyMilliseconds,
        standardError: measured.latencyStandardErrorMilliseconds)
      students[index].measuredCosts = costs
      students[index].broken = definition.limits(for: costs).filter { constraint in
        constraint.metric.metric == .latencyMilliseconds
          && constraint.metric.device ?? measured.profile == measured.profile
          && (try? constraint.isMet(by: costs, at: definition.confidence)) == false
      }
    }
    return measurement
  }

  /// The students that keep their budget on the device as far as it is measured, and the accuracy that the
  /// study asks for.
  public var withinBudget: [Student] {
    students.filter { $0.keepsLimits && !$0.isBelowFloor }
  }

  /// The students that break a limit on latency when measured, which keeps them from the front.
  public var demoted: [Student] { students.filter { !$0.broken.isEmpty } }
}
