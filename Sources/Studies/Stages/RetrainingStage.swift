import FileFormats

/// After a study: whether it chooses the same students where everything is trained again with other seeds.
///
/// Each repetition is a study in a folder below the study's own, so that it continues after a kill, and can be looked at as
/// any other. Nothing that the study itself chooses depends on them.
public struct RetrainingStage {
  private let files: StudyFiles

  /// The most repetitions.
  public static let mostRepetitions = 1000

  public init(_ files: StudyFiles) { self.files = files }

  /// Runs the repetitions that have not ended, one after the other, and compares what all of them have chosen.
  ///
  /// - Parameters:
  ///   - count: How many; those that are there from before count.
  ///   - body: Runs one to its end.
  /// - Throws: `StudyError.missing` before the full trainings of the study; `StudyError.locked`; `StudyError.noResults`
  ///   where no repetition has ended; what `body` throws.
  public func run(
    _ count: Int, body: (_ number: Int, _ repetition: StudyRepetition) throws -> Void
  ) throws -> RetrainedChoices {
    let lock = try StudyLock(files.folder)
    defer { withExtendedLifetime(lock) {} }
    try StabilityStage.checkIsTrained(files)
    let state = try Journal.state(of: files.folder)
    try files.check(against: state)
    for number in 1...count {
      let repetition = StudyRepetition(number, of: files)
      guard repetition.ended == nil else { continue }
      try repetition.write()
      try body(number, repetition)
    }
    let retrained = RetrainedChoices.known(
      files, state, seeds: (1...count).map { StudyRepetition($0, of: files).seed })
    guard !retrained.seeds.isEmpty else {
      let folder = files.folder.repetition(seed: retrained.unfinished[0])
      throw StudyError.noResults(
        "\(files.folder.path): no repetition has come to its end; what one lacks says autodistill report "
          + folder.shellWord)
    }
    return retrained
  }
}

extension RetrainedChoices {
  /// Returns what the repetitions have chosen that a study's folder has; nil where none has ended.
  public static func known(_ files: StudyFiles, _ state: StudyState) -> RetrainedChoices? {
    let seeds = files.folder.repetitionSeeds
    guard !seeds.isEmpty else { return nil }
    let retrained = Self.known(files, state, seeds: seeds)
    return retrained.choices.isEmpty ? nil : retrained
  }

  fileprivate static func known(
    _ files: StudyFiles, _ state: StudyState, seeds: [Int]
  ) -> RetrainedChoices {
    let definition = files.calibrated(by: state).definition
    let repetitions = seeds.compactMap { seed in
      StudyRepetition(seed: seed, of: files).ended.map { ended in
        Repetition(
          seed: seed,
          candidates: StudyResults(ended.definition, ended.state).candidates(ended.definition)
            .map(\.students))
      }
    }
    let ended = Set(repetitions.map(\.seed))
    return RetrainedChoices(
      definition, StudyResults(definition, state), repetitions: repetitions,
      unfinished: seeds.filter { !ended.contains($0) })
  }
}
