import Foundation
import HardwareProfiles
import Statistics
import Studies

extension ReportInputs {
  /// The profile whose device is measured; nil if nothing is.
  private var measuredProfile: HardwareProfile? {
    results.measurement.flatMap { measurement in
      profiles.first { $0.name == measurement.profile }
    }
  }

  /// Returns the latency on the device that is measured.
  private func measuredDeviceLatency(_ costs: Costs) -> Double? {
    costs.devices.first { $0.profile == results.measurement?.profile }?.latencyMilliseconds
  }

  /// Whether the front's latencies were measured, and it is they that the first cost shows.
  var chartsMeasuredLatency: Bool { isMeasured(definition.objectives[0]) }

  /// Whether the front has a metric's measured values.
  func isMeasured(_ metric: DeviceMetric) -> Bool {
    guard let measurement = results.measurement, measurement.front == .measured else {
      return false
    }
    return metric.metric == .latencyMilliseconds
      && metric.device ?? measurement.profile == measurement.profile
  }

  /// What stands over a column of the front's values of a metric.
  func frontHeading(_ metric: DeviceMetric) -> String {
    isMeasured(metric) ? metric.heading.replacing("predicted", with: "measured") : metric.heading
  }

  /// A student's first cost as a sentence has it, measured where the front is.
  func costPhrase(_ student: StudyResults.Student) -> String {
    let metric = definition.objectives[0]
    let value = definition.firstCost(student.frontCosts)
    return chartsMeasuredLatency
      ? "\(metric.text(value)) \(metric.unit) measured latency" : metric.phrase(value)
  }

  /// A sentence on the students that break their budget when measured; nil if there are none.
  var demotionSentence: String? {
    let demoted = results.demoted
    guard !demoted.isEmpty else { return nil }
    let names = demoted.map { student in
      let latency = DeviceMetric.latencyMilliseconds
      let limits = student.broken.map(\.description).joined(separator: " and ")
      return
        "trial \(student.trial) takes \(latency.text(measuredDeviceLatency(student.frontCosts))) ms "
        + "(predicted: \(latency.text(measuredDeviceLatency(student.costs))) ms) and breaks \(limits)"
    }
    return "Measured on the device, " + names.joined(separator: "; ")
      + ": \(demoted.count == 1 ? "it is" : "they are") not on the front."
  }

  /// The result in sentences where no student keeps its budget when measured.
  var headlineOfDemoted: [String]? {
    guard !results.students.isEmpty, results.demoted.count == results.students.count,
      let demotionSentence
    else {
      return nil
    }
    return [
      definition.budgets.count > 1
        ? "No student keeps any of the budgets on the device."
        : "No student keeps the budget on the device.", demotionSentence,
      "Move the bounds in a new study by as much as the predictions were off.",
    ]
  }

  /// The columns that measured latencies add to the table of students; none if nothing is measured.
  var measuredColumns: [ReportTable.Column] {
    guard results.measurement != nil else { return [] }
    return [
      .init("measured latency (ms)", .number), .init("samples", .number), .init("on the device"),
    ]
  }

  /// Returns a student's cells of `measuredColumns`.
  func measuredCells(_ student: StudyResults.Student) -> [String] {
    guard results.measurement != nil else { return [] }
    guard let measured = student.measured else { return ["–", "–", "not measured"] }
    let error = measured.latencyStandardErrorMilliseconds.map { " ± \($0.significant(2))" } ?? ""
    var words: [String] = []
    if !student.broken.isEmpty {
      words.append("breaks " + student.broken.map(\.description).joined(separator: ", "))
    } else if definition.constraints.contains(where: { isMeasured($0.metric) }) {
      if results.measurement?.front == .measured {
        words.append(definition.budgets.count > 1 ? "keeps a budget" : "keeps the budget")
      }
    }
    if let doubt = measured.doubt { words.append("doubtful: \(doubt)") }
    return [
      DeviceMetric.latencyMilliseconds.text(measured.latencyMilliseconds) + error,
      String(measured.samples), words.isEmpty ? "measured" : words.joined(separator: "; "),
    ]
  }

  /// What has to be said of the latencies; nil without a profile.
  var measuredNotes: [String]? {
    guard let measurement = results.measurement, let profile = measuredProfile else { return nil }
    let energy = profile.energy == nil ? "" : " and energy"
    var notes: [String] = []
    switch measurement.reason {
    case .complete:
      notes.append(
        "The front is made of latencies measured on \(profile.name), medians ± their standard errors; those of flash "
          + "trials\(energy.isEmpty ? "" : ", and all energies,") are predicted. Both: "
          + "\(measurement.measurementProtocol).")
      if let demotionSentence { notes.append(demotionSentence) }
    case .incomplete:
      notes.append(
        "\(measurement.measured) of \(measurement.students) students are measured. Measured and "
          + "predicted latencies do not stand in one front, so it is made of predicted ones: "
          + "\(profile.protocolDescription).")
    case .otherProtocol:
      notes.append(
        "The measured latencies are kept apart: they were taken with another protocol "
          + "(\(measurement.measurementProtocol)) than the profile's "
          + "(\(profile.protocolDescription)), so the front is made of predicted ones.")
    case .oneOfSeveral:
      notes.append(
        "Latencies were measured on \(profile.name) alone, and a cost is the worst of several devices: "
          + "the front is made of predicted ones.")
    }
    let doubtful = results.students.filter { $0.measured?.isSound == false }
    if !doubtful.isEmpty {
      notes.append(
        "Measured twice and still doubtful, because the device was busy or drifted: "
          + "\(counted(doubtful.count, "student")) (trial "
          + "\(doubtful.map { String($0.trial) }.joined(separator: ", "))).")
    }
    notes += latencyQuestions
    if measurement.reason == .complete { notes.append(agreement) }
    return notes
  }

  /// Students whose measured latency is ten times off the predicted one.
  private var latencyQuestions: [String] {
    results.students.compactMap { student in
      guard let measured = student.measured?.latencyMilliseconds,
        let predicted = measuredDeviceLatency(student.costs),
        let question = LatencyQuestion(
          measuredMilliseconds: measured, expectedMilliseconds: predicted)
      else { return nil }
      return "Trial \(student.trial) was measured at \(question)"
    }
  }

  /// Predicted over measured latencies of the students that have both, ascending.
  private var predictionRatios: [Double] {
    results.students.compactMap { student -> Double? in
      guard let measured = student.measured?.latencyMilliseconds, measured > 0,
        let predicted = measuredDeviceLatency(student.costs)
      else { return nil }
      return predicted / measured
    }.sorted()
  }

  /// By this factor predictions of a device are never off as a whole.
  private static let largestRatio = 2.0

  /// Says that what was measured is hardly the device that the profile describes; nil if it may be.
  var latencyAlarm: String? {
    let ratios = predictionRatios
    guard let lowest = ratios.first, let highest = ratios.last,
      let measurement = results.measurement
    else { return nil }
    let typical = median(ratios)
    guard max(typical, 1 / typical) > ReportInputs.largestRatio else { return nil }
    return
      "The latencies were hardly measured on the device that the profile \(measurement.profile) "
      + "describes: its predictions are \(lowest.brief) to \(highest.brief) times the measured ones. "
      + "By these predictions the limits were checked before anything was trained"
      + (measurement.front == .measured
        ? ", but the front is made of the measured ones" : "")
      + ". Look at what \"measure\" in study.json runs on, or measure a profile of that machine."
  }

  /// Whether predictions agree with what was measured; nil if nothing was.
  var predictionCheck: HealthCheck? {
    guard !predictionRatios.isEmpty else { return nil }
    return HealthCheck(
      name: "predicted against measured latencies", finding: latencyAlarm)
  }

  /// How far predictions were off.
  private var agreement: String {
    let ratios = predictionRatios
    guard let lowest = ratios.first, let highest = ratios.last else {
      return "Nothing was predicted to compare with."
    }
    return
      "Predicted latencies are \(lowest.fixed(2)) to \(highest.fixed(2)) times the measured ones."
  }
}

extension JournalEvent.Measured {
  /// What makes the latency doubtful, in words; nil if nothing does.
  var doubt: String? {
    switch (isDrifting, isDisturbed) {
    case (true, true): "drift and other work"
    case (true, false): "drift"
    case (false, true): "other work on the device"
    case (false, false): nil
    }
  }
}

extension Double {
  /// The number with at least `digits` significant digits, without an exponent: `0.0031`.
  fileprivate func significant(_ digits: Int) -> String {
    guard self > 0, isFinite else { return fixed(0) }
    let magnitude = Int(log10(self).rounded(.down))
    return fixed(min(12, max(0, digits - 1 - magnitude)))
  }
}
