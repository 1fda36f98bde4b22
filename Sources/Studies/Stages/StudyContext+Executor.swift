extension StudyContext {
  /// Returns what executes a study's trainings: what is known of them is not done again.
  ///
  /// - Parameters:
  ///   - capacity: The most tasks at once.
  ///   - inputs: The study, with the length of its flash trainings.
  func executor(
    _ capacity: Int, _ inputs: StudyInputs, _ journal: Journal
  ) throws -> any TaskExecutor {
    let executor: any TaskExecutor =
      trainsElsewhere ? AskingExecutor(capacity: capacity) : try makeExecutor(capacity)
    let known = KnownTrainings(
      journal.state, in: inputs.folder, flashFraction: inputs.definition.flash.fraction,
      precision: inputs.definition.precision)
    return known.isEmpty ? executor : AnsweringExecutor(executor, knowing: known)
  }
}
