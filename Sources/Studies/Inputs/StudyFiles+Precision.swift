import HardwareProfiles

extension StudyFiles {
  /// Says that accuracies are of other students than the costs of some devices; nil where they are not.
  public var precisionDoubt: String? {
    let others = profiles.filter { $0.measurementProtocol.precision != definition.precision }
    guard !others.isEmpty else { return nil }
    let list = others.map { "\($0.name) (\($0.measurementProtocol.precision.rawValue))" }
      .joined(separator: ", ")
    return
      "accuracies are of students in \(definition.precision.rawValue), but the costs on \(list) are not: "
      + "\"precision\" in study.json says what students compute in"
  }
}
