import Foundation
import RandomStreams
import Statistics

/// One student of one seed: its accuracy in floats and by each method.
package struct QuantizationRecord: Sendable {
  package struct Result: Hashable, Sendable {
    package let method: String
    /// 0…1.
    package let accuracy: Double
    package let seconds: Double
    /// The share of images that simulated integers classify as the integers do.
    package let agreement: Double
  }

  package let student: String
  package let seed: UInt64
  package let macs: Int
  package let floatAccuracy: Double
  package let trainingSeconds: Double
  package let results: [Result]

  /// One JSON object.
  package func json() -> String {
    let methods = results.map {
      String(format: "\"%@\": %.5f", $0.method, $0.accuracy)
    }.joined(separator: ", ")
    let seconds = results.map {
      String(format: "\"%@\": %.2f", $0.method, $0.seconds)
    }.joined(separator: ", ")
    return
      "{\"student\": \"\(student)\", \"seed\": \(seed), \"macs\": \(macs), "
      + String(format: "\"fp32\": %.5f, ", floatAccuracy)
      + String(format: "\"training_seconds\": %.2f, ", trainingSeconds)
      + "\"int8\": {\(methods)}, \"seconds\": {\(seconds)}}"
  }

  /// A line for people: points below the floats.
  package func line() -> String {
    let differences = results.map {
      String(format: "%@ %+.2f", $0.method, 100 * ($0.accuracy - floatAccuracy))
    }.joined(separator: "  ")
    return "\(student) seed \(seed): fp32 " + String(format: "%.2f %%", 100 * floatAccuracy)
      + "; points to it: " + differences
  }
}

/// What the records of a benchmark say together.
package struct QuantizationSummary: Sendable {
  package struct Line: Hashable, Sendable {
    package let method: String
    /// Int8 less floats, in points, averaged over students of their means over seeds.
    package let difference: Double
    /// Of that mean, from the spread over students; nil with a single student.
    package let standardError: Double?
    /// The student that loses most.
    package let worst: Double
    /// Spearman's ρ of the students' accuracies in floats and in int8, with its 95 % interval; nil below four students.
    package let rankCorrelation: RankCorrelation?
    package let seconds: Double
    /// The smallest share of images that simulated integers classify as the integers do.
    package let agreement: Double
  }

  package let lines: [Line]

  init(_ records: [QuantizationRecord], methods: [String]) {
    let students = Dictionary(grouping: records, by: \.student).sorted { $0.key < $1.key }
    lines = methods.enumerated().map { place, method in
      func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
      let float = students.map { mean($0.value.map(\.floatAccuracy)) }
      let int8 = students.map { mean($0.value.map { $0.results[place].accuracy }) }
      let differences = zip(int8, float).map { 100 * ($0 - $1) }
      let centre = mean(differences)
      let squares = differences.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
      let count = Double(differences.count)
      var stream = RandomStream(seed: 1, purpose: "quantization summary")
      return Line(
        method: method, difference: centre,
        standardError: differences.count > 1
          ? (squares / (count - 1) / count).squareRoot() : nil,
        worst: differences.min() ?? 0,
        rankCorrelation: differences.count < 4
          ? nil : RankCorrelation(.spearman, of: float, and: int8, using: &stream),
        seconds: mean(records.map { $0.results[place].seconds }),
        agreement: records.map { $0.results[place].agreement }.min() ?? 0)
    }
  }

  /// A table in Markdown.
  package var table: String {
    let heading =
      "| method | points to fp32 | ± standard error | worst student | Spearman's ρ with fp32 | s | simulation agrees |\n"
      + "|---|--:|--:|--:|---|--:|--:|\n"
    return heading
      + lines.map { line in
        let rank = line.rankCorrelation.map {
          String(
            format: "%.3f (%.3f…%.3f)", $0.value, $0.interval.lowerBound, $0.interval.upperBound)
        }
        return String(
          format: "| %@ | %+.2f | %@ | %+.2f | %@ | %.1f | %.1f %% |", line.method, line.difference,
          line.standardError.map { String(format: "%.2f", $0) } ?? "–", line.worst, rank ?? "–",
          line.seconds, 100 * line.agreement)
      }.joined(separator: "\n")
  }
}
