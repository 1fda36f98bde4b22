extension StudyDefinition {
  /// What is known in the journal as measured in the way that the study has it measured now.
  var measurementSource: String { measure?.source ?? MeasureSettings.hostSource }
}
