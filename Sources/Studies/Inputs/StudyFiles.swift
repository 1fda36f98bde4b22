import FileFormats
import Foundation
import HardwareProfiles
import SearchSpaces

/// The files of a study, checked together: its definition, the search space and the hardware profiles. All
/// that a report needs as well as the journal; the data set is not looked at.
public struct StudyFiles: Sendable {
  public let folder: StudyFolder
  public internal(set) var definition: StudyDefinition
  /// With the decisions that the definition fixes.
  public let space: SearchSpace
  /// In the order of `hardware` in `study.json`, each with a name of its own.
  public let profiles: [HardwareProfile]
  let studyHash: String
  /// The hashes that the study may have been begun with: this version's, and that of one without reference
  /// designs.
  let acceptedStudyHashes: [String]
  /// Of the file without its reference designs, which change nothing of what a key means, and of the study's decisions
  /// of the recipe, where there are any.
  let spaceHash: String
  /// Those of several profiles with commas between them; nil without any.
  let profileHash: String?
  /// What `search.enqueue` has in the file: keys and names of reference designs.
  let enqueuedTexts: [String]

  /// Reads a study's files.
  ///
  /// - Throws: An error that names file, field, value and what was expected.
  public init(_ folder: StudyFolder) throws {
    var definition = try StudyDefinition(contentsOf: folder.definition)
    try folder.checkLinks()
    self.folder = folder
    let spacePath = folder.inputPath(definition.searchSpace)
    space = try definition.openSpace(contentsOf: spacePath, file: folder.definition)
      .fixing(definition.fix, file: folder.definition, field: "fix")
    let profilePaths = definition.hardware.map(folder.inputPath)
    profiles = try profilePaths.map(HardwareProfile.init(contentsOf:))
    try definition.check(profiles, file: folder.definition)
    try definition.checkReferences(of: space, file: folder.definition)
    acceptedStudyHashes = definition.identities(in: space).map(ContentHash.hexadecimal(of:))
    studyHash = acceptedStudyHashes[0]
    spaceHash = try StudyFiles.hash(ofSpace: spacePath, definition.search.recipe)
    profileHash =
      profilePaths.isEmpty
      ? nil : try profilePaths.map(ContentHash.hexadecimal(ofFile:)).joined(separator: ",")
    enqueuedTexts = definition.search.enqueue
    definition.search.enqueue = enqueuedTexts.map(space.key(ofNameOrKey:))
    self.definition = definition
  }

  private static func hash(
    ofSpace path: String, _ recipe: RecipeDecisions
  ) throws -> String {
    let json = try MappedFile(path).withUnsafeBytes { Data($0) }
    let hash = ContentHash.hexadecimal(
      of: try JSONField.text(json, withoutMember: "references", file: path))
    return recipe.isEmpty ? hash : ContentHash.hexadecimal(of: "\(hash) recipe=\(recipe.identity)")
  }

  func compare(_ now: String?, _ then: String?, _ what: String) throws {
    guard now == then else { throw StudyError.changed(folder: folder.path, what: what) }
  }

  /// Returns the files with the flash length that the study has found necessary.
  public func calibrated(by state: StudyState) -> StudyFiles {
    var files = self
    files.definition = definition.calibrated(by: state)
    return files
  }
}
