extension StudyInputs {
  /// Returns the inputs with the flash length that the study has found necessary.
  public func calibrated(by state: StudyState) -> StudyInputs {
    var inputs = self
    inputs.definition = definition.calibrated(by: state)
    return inputs
  }
}

extension StudyDefinition {
  func calibrated(by state: StudyState) -> StudyDefinition {
    var definition = self
    if let length = state.flashLength { definition.flash.fraction = length.fraction }
    return definition
  }
}
