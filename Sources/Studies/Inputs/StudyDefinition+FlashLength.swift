extension StudyDefinition {
  func calibrated(by state: StudyState) -> StudyDefinition {
    var definition = self
    if let fraction = state.flashFraction ?? state.flashLength?.fraction {
      definition.flash.fraction = fraction
    }
    return definition
  }
}
