import FileFormats
import Foundation
import Teachers

extension StudyDefinition {
  /// Reads what `study.json` said from where a journal keeps it.
  ///
  /// - Throws: `JSONError` where this version does not understand it.
  init(kept text: String) throws(JSONError) {
    try self.init(JSONField(json: Data(text.utf8), file: "the study.json that the journal keeps"))
  }

  /// Returns what a later version of the same study asks for differently.
  ///
  /// Where data, space, profiles and the teacher's weights lie may change; whether they are the same is for
  /// others to say.
  ///
  /// - Parameter folder: The study's, for messages.
  /// - Throws: `StudyError.cannotGrow`, naming the first field that may not change as it did.
  func difference(from new: StudyDefinition, in folder: String) throws(StudyError)
    -> StudyDifference
  {
    var difference = StudyDifference()
    for part in FixedPart.all where !part.isSame(self, new) {
      let growing = GrowthRule.all.map(\.field)
      let change =
        json.differences(from: new.json, under: [part.field])
        .first { !growing.contains($0.field) }
        ?? StudyChange(field: part.field, before: "another", after: "this one")
      throw .cannotGrow(
        folder: folder, change: change, reason: part.reason,
        way:
          "set it back, or ask in a new study: copy study.json into a new folder and add \"warm_start\": "
          + "[\"\(URL(filePath: folder).path)\"], which \(part.takesOver)")
    }
    for rule in GrowthRule.all where rule.value(self) != rule.value(new) {
      let change = StudyChange(
        field: rule.field, before: rule.value(self), after: rule.value(new))
      if let expectation = rule.expectation(self, new) {
        throw .cannotGrow(
          folder: folder, change: change, reason: "a study may only grow",
          way: "expected \(expectation)")
      }
      difference.changes.append(change)
      difference.effects.formUnion(rule.effects)
    }
    difference.changes += json.differences(
      from: new.json, under: ["data", "search_space"] + teacher.changingFields)
    return difference
  }
}
