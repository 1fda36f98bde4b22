import BayesianOptimization
import SearchSpaces

/// What a search remembers of its trials from proposal to proposal, so that none of them is looked at again each
/// time: a proposal after 100,000 trials takes what one after a hundred does.
///
/// It saves time and decides nothing; everything in it follows from the journal. One for each run of a search,
/// within which a student's architecture and a result that is there never change.
final class SearchMemory {
  /// The students of earlier studies whose results hold here but that break a limit, then those of the trials.
  private var architectures: [Architecture] = []
  /// The same, each once.
  private var tried: Set<Architecture> = []
  private var trialCount = 0
  private var endedCount = 0
  private var flash = FlashRecord()

  /// How many trials of the study's own have their result; nil before anybody has counted.
  var ownEnded: Int?
  /// How many students had been enqueued when all of them had been tried; nil while some are waiting.
  var triedEnqueued: Int?
  /// Whether none is left to try of the students that earlier studies have trained.
  var hasTriedEarlier = false

  /// Takes in the trials that have been proposed since the last time.
  ///
  /// - Throws: If the space does not know a student.
  func take(_ state: StudyState, in space: SearchSpace) throws {
    if architectures.isEmpty {
      for (result, _) in state.imported?.carriedResults ?? [] where !result.isFeasible {
        add(try space.architecture(key: result.key))
      }
    }
    while trialCount < state.trials.count {
      add(try space.architecture(key: state.trials[trialCount].key))
      trialCount += 1
    }
  }

  private func add(_ architecture: Architecture) {
    architectures.append(architecture)
    tried.insert(architecture)
  }

  /// Returns the first students that were taken in, and the same, each once.
  func students(first count: Int) -> (architectures: [Architecture], tried: Set<Architecture>) {
    if count >= architectures.count { return (architectures, tried) }
    let first = Array(architectures.prefix(count))
    return (first, Set(first))
  }

  /// Returns whether the first `count` trials all have their results.
  func haveEnded(first count: Int, of trials: [StudyState.Trial]) -> Bool {
    while endedCount < min(count, trials.count), trials[endedCount].result != nil {
      endedCount += 1
    }
    return endedCount >= min(count, trials.count)
  }

  /// Returns what the first trials say of noise and rungs.
  func record(
    of known: ArraySlice<StudyState.Trial>, in trials: [StudyState.Trial]
  ) -> FlashRecord {
    guard known.count >= flash.count, haveEnded(first: known.count, of: trials) else {
      return FlashRecord(known)
    }
    flash.take(known.dropFirst(flash.count))
    return flash
  }
}
