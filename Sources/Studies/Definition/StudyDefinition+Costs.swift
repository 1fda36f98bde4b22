import FileFormats
import HardwareProfiles

// How study.json says what students may cost: devices, objectives, constraints and budgets.

extension StudyDefinition {
  /// Reads one path of a hardware profile, or a list of them.
  static func hardware(_ field: JSONField?) throws(JSONError) -> [String] {
    let expectation = "the path of a hardware-profile file"
    guard let field else { return [] }
    guard case .array = field.value else {
      return [try field.text("\(expectation), or a list of them")]
    }
    var paths: [String] = []
    for element in try field.elements(of: "hardware-profile files") {
      let path = try element.text(expectation)
      guard !paths.contains(path) else { throw element.expected("each profile once") }
      paths.append(path)
    }
    guard !paths.isEmpty else { throw field.expected("at least one hardware profile") }
    return paths
  }

  static func devices(
    _ field: JSONField?, _ hardware: [String]
  ) throws(JSONError) -> DevicePolicy {
    guard let field else { return .named }
    let policy = try field.choice(DevicePolicy.self)
    guard policy == .named || hardware.count > 1 else {
      throw field.expected("several hardware profiles in \"hardware\" where the worst case counts")
    }
    return policy
  }

  static func metrics(_ field: JSONField) throws(JSONError) -> [DeviceMetric] {
    let elements = try field.elements(of: "metrics")
    guard !elements.isEmpty else { throw field.expected("at least one metric to minimize") }
    var metrics: [DeviceMetric] = []
    for element in elements {
      let names = "one of " + JSONError.list(CostMetric.allCases.map(\.rawValue))
      let name = try element.text(names)
      let metric: DeviceMetric
      do {
        metric = try DeviceMetric(name: name)
      } catch .unknown {
        throw element.expected(names)
      } catch {
        throw element.expected("a metric that a study can minimize: \(error)")
      }
      guard !metrics.contains(metric) else { throw element.expected("each metric once") }
      metrics.append(metric)
    }
    return metrics
  }

  /// Returns the metrics that are compared where none is named to be minimised: those with an upper bound, each
  /// once, those of budgets first.
  ///
  /// - Throws: `JSONError` if there is none.
  func limitedMetrics(_ members: JSONMembers) throws(JSONError) -> [DeviceMetric] {
    let limits = (budgets.flatMap(\.constraints) + constraints).filter { $0.relation == .atMost }
    guard !limits.isEmpty else {
      _ = try members.required("minimize")
      return []
    }
    var metrics: [DeviceMetric] = []
    for limit in limits {
      // With one device its name makes no difference.
      let metric = hardware.count == 1 ? DeviceMetric(limit.metric.metric) : limit.metric
      if !metrics.contains(metric) { metrics.append(metric) }
    }
    return metrics
  }

  /// The metrics that anything in the study depends on, each with where it stands.
  private var usedMetrics: [(metric: DeviceMetric, field: String, value: String)] {
    func used(_ constraint: Constraint, _ field: String) -> (DeviceMetric, String, String) {
      (constraint.metric, field, "\"\(constraint)\"")
    }
    return objectives.enumerated().map { ($1, "minimize[\($0)]", "\"\($1)\"") }
      + constraints.map { used($0, "constraints") }
      + budgets.enumerated().flatMap { index, budget in
        budget.constraints.map { used($0, "budgets[\(index)]") }
      }
  }

  func checkHardware(file: String) throws(JSONError) {
    guard hardware.isEmpty else { return }
    if let needy = usedMetrics.first(where: { $0.metric.needsProfile || $0.metric.device != nil }) {
      throw .invalid(
        file: file, field: "hardware", value: "nothing",
        expected: "a hardware profile, because \(needy.metric) is asked for")
    }
  }

  /// Checks that the profiles have names of their own and say all that the study asks for.
  ///
  /// - Throws: `JSONError` naming the field.
  func check(_ profiles: [HardwareProfile], file: String) throws(JSONError) {
    for (index, profile) in profiles.enumerated() {
      if let first = profiles[..<index].firstIndex(where: { $0.name == profile.name }) {
        throw .invalid(
          file: file, field: "hardware[\(index)]", value: "\"\(hardware[index])\"",
          expected: "profiles with names of their own: it is called '\(profile.name)', as "
            + "\(hardware[first]) is")
      }
    }
    for profile in profiles where statesPrecision {
      let priced = profile.measurementProtocol.precision
      guard priced == precision else {
        throw .invalid(
          file: file, field: "precision", value: "\"\(precision.rawValue)\"",
          expected:
            "\"\(priced.rawValue)\": the profile '\(profile.name)' prices students in it, and "
            + "accuracies and costs are to be of the same students")
      }
    }
    if let measure {
      let names = profiles.map(\.name)
      guard measure.profile.map(names.contains) ?? (names.count == 1) else {
        throw .invalid(
          file: file, field: "measure.profile",
          value: measure.profile.map { "\"\($0)\"" } ?? "nothing",
          expected: "one of " + names.joined(separator: ", ") + ", whose device the command reaches"
        )
      }
    }
    func resolved(_ metric: DeviceMetric) -> DeviceMetric {
      guard metric.metric.dependsOnDevice, profiles.count == 1 else { return metric }
      return DeviceMetric(metric.metric, on: profiles[0].name)
    }
    for (index, metric) in objectives.enumerated()
    where objectives[..<index].contains(where: { resolved($0) == resolved(metric) }) {
      throw .invalid(
        file: file, field: "minimize[\(index)]", value: "\"\(metric)\"",
        expected: "each metric once: there is only one device")
    }
    for used in usedMetrics {
      do {
        try used.metric.requireAvailable(on: profiles, isWorstCase: devices == .worstCase)
      } catch {
        throw .invalid(
          file: file, field: used.field, value: used.value,
          expected: "a cost that the hardware profiles give: \(error)")
      }
    }
  }
}

/// The accuracy that a student must have to be of any use, such as `"accuracy>=0.8"` among the constraints.
struct AccuracyFloor {
  /// 0…1.
  let accuracy: Double

  /// Reads a floor; nil if the text speaks of another metric.
  init?(_ field: JSONField) throws(JSONError) {
    let text = try field.text("a constraint such as \"latency_ms<=5\"").filter { $0 != " " }
    guard text.hasPrefix("accuracy") else { return nil }
    let rest = text.dropFirst("accuracy".count)
    guard rest.hasPrefix(">="), let accuracy = Double(rest.dropFirst(2)), accuracy > 0,
      accuracy < 1
    else {
      throw field.expected("\"accuracy>=X\" with a share X between 0 and 1, such as accuracy>=0.8")
    }
    self.accuracy = accuracy
  }
}

extension Constraint {
  static func all(in field: JSONField) throws(JSONError) -> [Constraint] {
    let text = try field.text("a constraint such as \"latency_ms<=5\"")
    do {
      return try all(in: text)
    } catch {
      throw field.expected("a constraint such as \"latency_ms<=5\": \(error)")
    }
  }
}

extension Confidence {
  init(_ field: JSONField?) throws(JSONError) {
    self = .usual
    guard let field else { return }
    let level = try field.number(in: -.infinity...(.infinity))
    guard level > 0.5, level < 1 else {
      throw field.expected("a probability between 0.5 and 1, both excluded")
    }
    self = Confidence(level)
  }
}

extension Budget {
  /// Reads a list of budgets: each a constraint, a list of them, or an object that names them.
  static func all(in field: JSONField?) throws(JSONError) -> [Budget] {
    var budgets: [Budget] = []
    for element in try field?.elements(of: "budgets") ?? [] {
      let budget = try Budget(element)
      guard !budgets.contains(where: { $0.name == budget.name }) else {
        throw element.expected("budgets with names of their own")
      }
      budgets.append(budget)
    }
    return budgets
  }

  private init(_ field: JSONField) throws(JSONError) {
    guard case .object = field.value else {
      self.init(try Budget.constraints(field))
      return
    }
    let members = try field.members(of: "a budget", known: ["name", "constraints"])
    self.init(
      name: try members["name"]?.text("the budget's name"),
      try Budget.constraints(members.required("constraints")))
  }

  private static func constraints(_ field: JSONField) throws(JSONError) -> [Constraint] {
    guard case .array = field.value else { return try Constraint.all(in: field) }
    var constraints: [Constraint] = []
    for element in try field.elements(of: "constraints") {
      constraints += try Constraint.all(in: element)
    }
    guard !constraints.isEmpty else { throw field.expected("at least one constraint") }
    return constraints
  }
}
