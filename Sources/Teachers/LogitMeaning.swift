import Datasets
import FileFormats
import Foundation

/// What the numbers of a foreign teacher are: their kind, their temperature and the order of its classes.
struct LogitMeaning: Hashable, Sendable {
  enum Kind: String, Hashable, Sendable, CaseIterable {
    case logits
    case logProbabilities = "log_probabilities"
    case probabilities
  }

  var kind: Kind
  /// The temperature by which the numbers are softened; it is undone.
  var temperature: Double
  /// The classes in the order of the numbers; nil where it is that of the data.
  var classes: [String]?
  /// The path of the object in `study.json` that says so.
  var place: String

  static let keys = ["kind", "temperature", "classes"]

  /// - Parameter usualKind: The kind where none is said; nil: it has to be.
  init(_ members: JSONMembers, place: String, usualKind: Kind? = nil) throws(JSONError) {
    self.place = place
    if members["kind"] == nil, let usualKind {
      kind = usualKind
    } else {
      kind = try members.required("kind").choice(Kind.self)
    }
    temperature = try members["temperature"]?.number(in: 0.01...1000) ?? 1
    classes = try members["classes"]?.elements(of: "class names")
      .map { name throws(JSONError) in try name.text("the name of a class") }
  }

  /// On one line: equal texts are equal meanings.
  var identity: String {
    "\(kind.rawValue)|\(temperature)|\(classes?.joined(separator: "\u{1f}") ?? "")"
  }

  /// What a probability of zero counts as, since it has no logarithm; the smallest other one of its row where that
  /// is less.
  static let floor = 1e-8

  /// Turns a row of numbers into logits at temperature 1.
  ///
  /// - Parameters:
  ///   - row: `[classes]`, in the teacher's order.
  ///   - order: For each class of the data its place in a row; nil where the orders are the same.
  ///   - output: Gets the logits in the data's order of classes.
  /// - Returns: How many probabilities were zero.
  func writeLogits<Row: RandomAccessCollection<Float>>(
    of row: Row, order: [Int]?, to output: (Float) -> Void
  ) -> Int where Row.Index == Int {
    var raisedCount = 0
    for place in 0..<row.count {
      let value = row[row.startIndex + (order?[place] ?? place)]
      switch kind {
      // Without a temperature numbers stay what they are, to the last bit.
      case .logits,
        .logProbabilities where value > -.infinity:
        output(temperature == 1 ? value : Float(temperature * Double(value)))
      case .probabilities where value > 0: output(Float(temperature * log(Double(value))))
      case .logProbabilities:
        raisedCount += 1
        output(
          Float(
            temperature
              * row.reduce(log(LogitMeaning.floor)) {
                $1 > -.infinity ? min($0, Double($1)) : $0
              }))
      case .probabilities:
        raisedCount += 1
        output(
          Float(
            temperature * log(row.reduce(LogitMeaning.floor) { $1 > 0 ? min($0, Double($1)) : $0 }))
        )
      }
    }
    return raisedCount
  }

  /// Returns for each class of the data its place in the teacher's order; nil where the orders are the same.
  ///
  /// - Throws: `JSONError` naming the class that one of them does not know.
  func order(on dataset: PreparedDataset, file: String) throws(JSONError) -> [Int]? {
    guard let classes else { return nil }
    func refused(_ value: String, _ expected: String) -> JSONError {
      .invalid(file: file, field: "\(place).classes", value: value, expected: expected)
    }
    guard let known = dataset.classNames else {
      throw refused(
        "\(classes.count) names",
        "nothing where the data have no names of classes that they could be compared with")
    }
    if let name = classes.first(where: { !known.contains($0) }) {
      throw refused("\"\(name)\"", "one of the data's classes, which are \(JSONError.list(known))")
    }
    if let name = known.first(where: { name in classes.count { $0 == name } != 1 }) {
      throw refused(
        "\"\(name)\" \(classes.count { $0 == name }) times", "each of the data's classes once")
    }
    let order = known.map { name in classes.firstIndex(of: name) ?? 0 }
    return order == Array(order.indices) ? nil : order
  }
}
