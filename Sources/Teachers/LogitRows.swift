import FileFormats
import Foundation

/// Turns what a foreign teacher says of images, row by row, into logits at temperature 1 in the data's order of
/// classes, and checks that it is what it is said to be.
struct LogitRows {
  private let meaning: LogitMeaning
  private let classes: Int
  /// For each class of the data its place in a row; nil where the orders are the same.
  private let order: [Int]?
  /// What errors call the source.
  private let path: String
  /// What the numbers were stored as.
  private let precision: FloatPrecision
  /// How many probabilities were zero.
  private(set) var raisedCount = 0
  /// Rows of logits, and how many of them could be probabilities.
  private var logitRows = (count: 0, likeProbabilities: 0)

  /// - Parameters:
  ///   - values: All numbers of the source.
  ///   - floats: The same as single-precision numbers.
  ///   - order: For each class of the data its place in a row.
  init(
    _ meaning: LogitMeaning, values: NumericArray, floats: [Float], classes: Int, order: [Int]?,
    path: String
  ) throws {
    (self.meaning, self.classes, self.order, self.path) = (meaning, classes, order, path)
    guard let precision = FloatPrecision(values, floats) else {
      throw FileFormatError.malformed(
        path: path, location: "type", found: values.elementType.rawValue,
        expected: "floating-point numbers (float16, float32 or float64)")
    }
    self.precision = precision
  }

  /// Appends the logits of a row.
  ///
  /// - Parameters:
  ///   - values: `[classes]`, in the teacher's order.
  ///   - row: Its number, for messages.
  /// - Throws: `FileFormatError` with the row, what was found and what was expected.
  mutating func append(_ values: ArraySlice<Float>, row: Int, to logits: inout [Float]) throws {
    switch meaning.kind {
    case .logits: try checkFinite(values, row)
    case .probabilities: try checkProbabilities(values, row)
    case .logProbabilities: try checkLogProbabilities(values, row)
    }
    raisedCount += meaning.writeLogits(of: values, order: order) { logits.append($0) }
  }

  /// Appends the logits of a row whose probabilities, `[classes]` in the teacher's order, are checked.
  mutating func append(probabilities: [Double], to logits: inout [Float]) {
    let floor = probabilities.reduce(LogitMeaning.floor) { $1 > 0 ? min($0, $1) : $0 }
    for place in 0..<classes {
      let p = probabilities[order?[place] ?? place]
      if p <= 0 { raisedCount += 1 }
      logits.append(Float(meaning.temperature * log(p > 0 ? p : floor)))
    }
  }

  /// What people should know of probabilities that were zero; nil where none was.
  static func note(raisedCount: Int) -> String? {
    guard raisedCount > 0 else { return nil }
    return
      "\(raisedCount) probabilities of 0 count as \(LogitMeaning.floor), or as the smallest other one of their row "
      + "where that is less, since 0 has no logarithm"
  }

  func malformed(_ row: Int, _ found: String, _ expected: String) -> FileFormatError {
    .malformed(path: path, location: "row \(row)", found: found, expected: expected)
  }

  private mutating func checkFinite(_ values: ArraySlice<Float>, _ row: Int) throws {
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw malformed(
        row, "\(values[place]) in column \(place - values.startIndex)", "finite logits")
    }
    let isLikeProbabilities =
      values.allSatisfy { $0 >= 0 }
      && abs(values.reduce(0) { $0 + Double($1) } - 1) <= precision.tolerance
    logitRows.count += 1
    logitRows.likeProbabilities += isLikeProbabilities ? 1 : 0
  }

  /// Checks what shows in all rows together.
  ///
  /// - Throws: `FileFormatError` where what is called logits are probabilities.
  func finish() throws {
    guard logitRows.count > 0, logitRows.likeProbabilities == logitRows.count else { return }
    throw FileFormatError.malformed(
      path: path, location: "rows", found: "numbers of at least 0 whose sum is 1 in every row",
      expected: "logits, since \(meaning.place).kind is \"logits\"; these look like "
        + "\"probabilities\"")
  }

  private func checkProbabilities(_ values: ArraySlice<Float>, _ row: Int) throws {
    if let place = values.firstIndex(where: { !($0 >= 0) }) {
      throw malformed(
        row, "\(values[place]) in column \(place - values.startIndex)",
        "at least 0, since \(meaning.place).kind is \"probabilities\"")
    }
    let sum = values.reduce(0) { $0 + Double($1) }
    guard abs(sum - 1) <= precision.tolerance else {
      throw malformed(
        row, "probabilities whose sum is \(sum)",
        "a sum of 1 ± \(precision.tolerance), as \(precision.rawValue) can hold it")
    }
  }

  private func checkLogProbabilities(_ values: ArraySlice<Float>, _ row: Int) throws {
    let tolerance = precision.logTolerance
    if let place = values.firstIndex(where: { !(Double($0) <= tolerance) }) {
      throw malformed(
        row, "\(values[place]) in column \(place - values.startIndex)",
        "at most 0, since \(meaning.place).kind is \"log_probabilities\"")
    }
    let sum = values.reduce(0) { $0 + exp(Double($1)) }
    guard abs(log(sum)) <= tolerance else {
      throw malformed(
        row, "log-probabilities whose log-sum-exp is \(log(sum))",
        "0 ± \(tolerance), as \(precision.rawValue) can hold it")
    }
  }
}
