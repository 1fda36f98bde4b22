import FileFormats
import Foundation

/// Rows of which only the largest probabilities are known.
struct TopKRows {
  private let file: LogitFile
  private let indices: [Int]
  private let meaning: LogitMeaning
  private let classes: Int
  private let tolerance: Double
  private var masses = (sum: 0.0, smallest: Double.infinity, count: 0)

  /// - Throws: `FileFormatError` where the numbers are logits, which do not say how much the others have.
  init?(_ file: LogitFile, _ meaning: LogitMeaning, classes: Int) throws {
    guard let indices = file.indices else { return nil }
    guard meaning.kind != .logits else {
      throw FileFormatError.malformed(
        path: file.path, location: "values", found: "logits of some classes",
        expected: "\"probabilities\" or \"log_probabilities\" as \(meaning.place).kind, since such "
          + "logits do not say how much the other classes have")
    }
    (self.file, self.indices, self.meaning, self.classes) = (file, indices, meaning, classes)
    tolerance = FloatPrecision(file.values, file.floats)?.tolerance ?? 0
  }

  /// Returns all probabilities of a row, in the teacher's order: what is missing is spread evenly over the
  /// classes that are.
  ///
  /// - Throws: `FileFormatError` with the row, what was found and what was expected.
  mutating func probabilities(_ row: Int) throws -> [Double] {
    func malformed(_ found: String, _ expected: String) -> FileFormatError {
      .malformed(path: file.path, location: "row \(row)", found: found, expected: expected)
    }
    var known: [Int: Double] = [:]
    for (column, value) in file.row(row).enumerated() {
      let place = indices[row * file.columnCount + column]
      guard (0..<classes).contains(place) else {
        throw malformed("class \(place)", "a class from 0 to \(classes - 1)")
      }
      guard known[place] == nil else { throw malformed("class \(place) twice", "each class once") }
      let p = meaning.kind == .probabilities ? Double(value) : exp(Double(value))
      guard p >= 0, p <= 1 + tolerance else {
        throw malformed(
          "\(value) in column \(column)",
          meaning.kind == .probabilities ? "a probability" : "at most 0, a logarithm of one")
      }
      known[place] = p
    }
    let mass = known.values.reduce(0, +)
    let missing = classes - known.count
    guard mass <= 1 + tolerance, missing > 0 || mass >= 1 - tolerance else {
      throw malformed(
        "probabilities whose sum is \(mass)",
        missing > 0 ? "at most 1" : "1, since no class is missing")
    }
    masses = (masses.sum + mass, min(masses.smallest, mass), masses.count + 1)
    let rest = missing > 0 ? max(0, 1 - mass) / Double(missing) : 0
    return (0..<classes).map { known[$0] ?? rest }
  }

  /// How much of the mass is known.
  var note: String {
    String(
      format:
        "of each image the %d largest probabilities are known, %.2f %% of the mass on average "
        + "and at least %.2f %%; the rest is spread evenly over the other classes",
      file.columnCount, 100 * masses.sum / Double(max(1, masses.count)),
      100 * min(1, masses.smallest))
  }
}
