extension StudyDefinition {
  func calibrated(by state: StudyState) -> StudyDefinition {
    var definition = self
    if let length = state.flashLength { definition.flash.fraction = length.fraction }
    return definition
  }
}
