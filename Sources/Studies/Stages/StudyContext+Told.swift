extension StudyContext {
  /// Returns what executes a study's tasks: what has been told of trainings elsewhere is not done again.
  ///
  /// - Parameters:
  ///   - capacity: The most tasks at once.
  ///   - inputs: The study, with the length of its flash trainings.
  func executor(
    _ capacity: Int, _ inputs: StudyInputs, _ journal: Journal
  ) throws -> any TaskExecutor {
    let executor = try makeExecutor(capacity)
    guard !journal.state.told.isEmpty else { return executor }
    return ToldExecutor(
      executor, told: journal.state.told, flashFraction: inputs.definition.flash.fraction)
  }
}
