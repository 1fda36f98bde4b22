/// The members of an object whose keys are all known.
public struct JSONMembers: Sendable {
  fileprivate let object: JSONField
  fileprivate let fields: [String: JSONField]

  /// Returns a member that may be missing.
  public subscript(name: String) -> JSONField? { fields[name] }

  /// Returns a member that must be there.
  public func required(_ name: String) throws(JSONError) -> JSONField {
    guard let field = fields[name] else { throw object.expected("the key \"\(name)\" too") }
    return field
  }
}

extension JSONField {
  /// Returns the members of an object, refusing any key that is not known.
  ///
  /// - Parameters:
  ///   - title: What the object describes, for messages: `a parameter`.
  ///   - known: The keys that the object may have.
  /// - Throws: `JSONError.invalid`; for an unknown key, it names the known key that was probably
  ///   meant.
  public func members(of title: String, known: [String]) throws(JSONError) -> JSONMembers {
    var fields: [String: JSONField] = [:]
    for (name, field) in try object(title) {
      guard known.contains(name) else {
        let hint = likelyKey(for: name, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
        throw .invalid(
          file: file, field: field.path, value: "an unknown key",
          expected: known.isEmpty ? "no keys at all" : "one of \(JSONError.list(known))\(hint)")
      }
      fields[name] = field
    }
    return JSONMembers(object: self, fields: fields)
  }
}

/// Returns the known key that a person who wrote `name` probably meant: the one with its unit
/// (`latency_ms` for `latency`), or the nearest in spelling.
private func likelyKey(for name: String, among known: [String]) -> String? {
  // Nobody mistypes a key that is longer than all others by far.
  guard name.utf8.count <= 100 else { return nil }
  if let complete = known.first(where: { $0.hasPrefix(name + "_") }) { return complete }
  let distances = known.map { (key: $0, distance: editDistance(name, $0)) }
  guard let nearest = distances.min(by: { $0.distance < $1.distance }) else { return nil }
  let length = min(name.count, nearest.key.count)
  return nearest.distance <= max(length > 1 ? 1 : 0, length / 3) ? nearest.key : nil
}

/// Returns the least number of letters to insert, delete, replace or swap with their neighbour
/// that turns one text into the other.
///
/// The optimal string alignment distance; Boytsov 2011, doi:10.1145/1963190.1963191.
private func editDistance(_ first: String, _ second: String) -> Int {
  let (a, b) = (Array(first.lowercased()), Array(second.lowercased()))
  // table[i][j] is the distance between the first i letters of a and the first j of b.
  var table = [[Int]](repeating: Array(0...b.count), count: a.count + 1)
  for i in 0..<a.count {
    table[i + 1][0] = i + 1
    for j in 0..<b.count {
      var distance = min(
        table[i][j + 1] + 1, table[i + 1][j] + 1, table[i][j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        distance = min(distance, table[i - 1][j - 1] + 1)
      }
      table[i + 1][j + 1] = distance
    }
  }
  return table[a.count][b.count]
}
