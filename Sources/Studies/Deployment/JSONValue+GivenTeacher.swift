import Datasets
import FileFormats

// A teacher of one study as a later study on other images asks for it: with the weights that the first one has
// trained, and seeing pixels as there.

extension JSONValue {
  /// Returns the teacher of a study with paths that lead to the same files from anywhere.
  ///
  /// - Parameters:
  ///   - folder: The study's, absolute.
  ///   - data: What the study's pixels are standardised with.
  /// - Throws: `StudyError.missing` for a teacher of which only its answers to the old images are known.
  func givenTeacher(in folder: String, standardized data: Standardization) throws -> JSONValue {
    if case .array(let members) = self {
      return .array(try JSONValue.given(members, folder, data))
    }
    if case .array(let members)? = member("members") {
      return setting("members", .array(try JSONValue.given(members, folder, data)))
    }
    return try member(of: folder + "/teacher", folder, data)
  }

  /// Returns the members of a list. Where there is but one, the study has trained it as its teacher, not as a member.
  private static func given(
    _ members: [JSONValue], _ folder: String, _ data: Standardization
  ) throws -> [JSONValue] {
    try members.enumerated().map { index, member in
      let own = members.count > 1 ? "/member-\(index + 1)" : ""
      return try member.member(of: "\(folder)/teacher\(own)", folder, data)
    }
  }

  private func member(
    of own: String, _ folder: String, _ data: Standardization
  ) throws -> JSONValue {
    guard member("logits") == nil else {
      throw StudyError.missing(
        "\(folder): the teacher is a file of logits, which says nothing of new images; give the new study's "
          + "study.json a teacher that can be asked, or logits for all of its images")
    }
    guard member("images") == nil else {
      throw StudyError.missing(
        "\(folder): the teacher sees images of its own (\"images\"), and of the new ones there are none in its size; "
          + "write the new study by hand, with the same teacher and \"images\" of the new data")
    }
    var teacher = movingPaths(to: folder)
    let isNetwork = member("network") != nil || member("search_space") != nil
    if isNetwork && member("weights") == nil {
      teacher = teacher.removing("recipe").setting("weights", .text("\(own)/weights.safetensors"))
    }
    // The new images change the statistics that pixels are standardised with, and the teacher must not notice.
    let seesStandardized = member("input")?.member("scale") == .text("standardised")
    guard isNetwork || seesStandardized, member("mean") == nil else { return teacher }
    func list(_ values: [Double]) -> JSONValue { .array(values.map { .number($0) }) }
    return teacher.setting("mean", list(data.mean))
      .setting("deviation", list(data.standardDeviation))
  }
}
