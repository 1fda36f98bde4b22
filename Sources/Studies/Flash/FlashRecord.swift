import Distillation

/// What the flash trainings of a search say of noise and rungs, taken in trial by trial.
///
/// A search asks before each of its proposals, and must not look at all trials each time. What was taken in one
/// by one and what was taken in at once gives the same bits: every sum has the order of the trials.
struct FlashRecord {
  /// How many of the first trials are taken in.
  private(set) var count = 0
  /// For each pair of trainings that differ in nothing but the seed, by how much the logarithms of their errors
  /// differ.
  private var differences: [Double] = []
  private var pairs: RungPredictions.Pairs = [:]

  init() {}

  init(_ trials: ArraySlice<StudyState.Trial>) { take(trials) }

  /// Takes in trials that all have their results, oldest first.
  mutating func take(_ trials: ArraySlice<StudyState.Trial>) {
    for trial in trials {
      differences += FlashNoise.differences(of: trial)
      RungPredictions.add(trial, to: &pairs)
    }
    count += trials.count
  }

  var noise: FlashNoise { FlashNoise(differences: differences) }

  var rungs: RungPredictions { RungPredictions(pairs) }
}
