import FileFormats
import SearchSpaces

extension StudyDefinition {
  /// Which reference designs are trained.
  public var referenceChoice: ReferenceChoice { references ?? .defaults }

  /// Checks that the space has the reference designs that the study asks for.
  ///
  /// - Throws: `JSONError` naming the field.
  func checkReferences(of space: SearchSpace, file: String) throws(JSONError) {
    let names = space.references.map(\.name) + space.excludedReferences.map(\.reference.name)
    switch references {
    case nil, ReferenceChoice.none?: return
    case .all?, .nearest?:
      guard names.isEmpty else { return }
      throw .invalid(
        file: file, field: "references", value: references == .all ? "true" : "a number",
        expected: "nothing or false: the search space \(space.name) has no reference designs")
    case .named(let wanted)?:
      for (index, name) in wanted.enumerated() where !names.contains(name) {
        throw .invalid(
          file: file, field: "references[\(index)]", value: "\"\(name)\"",
          expected: names.isEmpty
            ? "no name: the search space \(space.name) has no reference designs"
            : "one of \(JSONError.list(names))")
      }
    }
  }

  /// Returns the texts that stand for what is asked for where the space is known: as this version writes
  /// it, then as a version without reference designs did.
  ///
  /// The designs that enqueued names stand for and the default, where the space has designs, are part of
  /// what was asked for. A study that was begun before there were any may be continued all the same: they
  /// change nothing of its results.
  func identities(in space: SearchSpace) -> [String] {
    let enqueued = search.enqueue.filter { space.reference(named: $0) != nil }
      .map(space.key(ofNameOrKey:))
    let identity =
      identity + (enqueued.isEmpty ? "" : " enqueue=" + enqueued.joined(separator: ","))
    guard references == nil, !space.references.isEmpty, case .nearest(let count) = referenceChoice
    else { return [identity] }
    return [identity + " references=\(count)", identity]
  }
}
