import Comparisons
import Foundation
import FrontFiles

/// The forms of a check of requirements.
public struct CheckReport {
  /// One requirement and what became of it.
  struct Line {
    let requirement: String
    let isMet: Bool
    let message: String
  }

  let check: FrontCheck
  let lines: [Line]
  /// Why what was checked may not be all that the study has to say.
  let remarks: [String]

  public init(_ check: FrontCheck, remarks: [String] = []) {
    (self.check, self.remarks) = (check, remarks)
    lines =
      check.bounds.map { CheckReport.line($0, check) }
      + check.comparisons.map { CheckReport.line($0, check) }
  }

  /// What became of all of it, in one sentence.
  var summary: String {
    let subject = check.file.subject
    let missed = lines.count { !$0.isMet }
    guard check.isMet else {
      let student = check.student.map { "; the nearest student is \(CheckReport.name($0))" } ?? ""
      return "\(subject) misses \(missed) of \(counted(lines.count, "requirement"))"
        + (check.bounds.contains { !$0.isMet } ? student : "")
    }
    guard let student = check.student else { return "\(subject) keeps every requirement" }
    return "\(subject) keeps every requirement: \(CheckReport.name(student))"
      + (check.keeping > 1 ? ", the most accurate of \(check.keeping)" : "")
  }

  static func name(_ student: FrontStudent) -> String {
    (student.trial.map { "trial \($0), " } ?? "") + "key \(student.key)"
  }

  private static func line(_ result: FrontCheck.BoundResult, _ check: FrontCheck) -> Line {
    let isAccuracy = FrontFile.split(of: result.bound.metric) != nil
    func number(_ value: Double) -> String { isAccuracy ? value.percentage : value.general }
    guard let value = result.value, let compared = result.compared else {
      return Line(
        requirement: result.bound.description, isMet: result.isMet,
        message: check.student == nil ? "no student keeps its limits" : "not known")
    }
    // Counts of MACs and bytes are neither measured nor predicted.
    var message = isAccuracy ? "measured \(number(value))" : number(value)
    if compared != value {
      let side = result.bound.relation == .atMost ? "at most" : "at least"
      message =
        "\(isAccuracy ? "measured" : "predicted") \(number(value)), \(side) \(number(compared)) with "
        + "\(String(format: "%.4g", 100 * result.confidence)) % confidence"
    }
    message += ", limit \(number(result.bound.bound))"
    return Line(
      requirement: result.bound.description, isMet: result.isMet, message: message)
  }

  private static func probability(_ value: Double) -> String {
    value < 0.0001 ? "p < 0.0001" : "p = \(value.fixed(4))"
  }

  private static func line(_ result: FrontCheck.ComparisonResult, _ check: FrontCheck) -> Line {
    func words(_ student: FrontStudent) -> String {
      let accuracy = student.accuracy(on: result.demand.split)?.mean.percentage ?? "–"
      return "\(accuracy) (\(name(student)))"
    }
    let message: String
    switch (result.before, result.after) {
    case (nil, nil): message = "neither study has a student for it"
    case (nil, let after?): message = "before no student, after \(words(after))"
    case (let before?, nil): message = "before \(words(before)), after no student"
    case (let before?, let after?):
      let level = (100 * check.demands.confidence).general
      let change = result.difference.map { difference in
        "; Δ \(difference.value.signedPoints) points (\(level) % "
          + "\(difference.interval.lowerBound.signedPoints) to "
          + "\(difference.interval.upperBound.signedPoints)), "
          + "\(probability(result.pValue ?? difference.pValue)), counts from "
          + "\(result.threshold.percent(2)) points"
      }
      message = "before \(words(before)), after \(words(after))" + (change ?? "")
    }
    return Line(
      requirement: "no worse: \(result.demand.description)", isMet: result.isMet, message: message)
  }
}
