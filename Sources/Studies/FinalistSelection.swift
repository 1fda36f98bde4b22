import BayesianOptimization
import HardwareProfiles

/// Chooses which students get the full training.
///
/// The non-dominated students by flash accuracy and costs come first, then those that only they
/// dominate, and so on. Where not all of a rank can be taken, the set grows by the student that adds
/// the most hypervolume. The result depends on the trials alone.
struct FinalistSelection {
  let definition: StudyDefinition

  /// Returns the numbers of the chosen trials, ascending.
  func trials(_ state: StudyState) -> [Int] {
    let measured = state.trials.filter { $0.flashAccuracy != nil }
    let points = normalized(measured)
    let ranks = nonDominatedRanks(of: points)
    let reference = [Double](repeating: -0.05, count: 1 + definition.objectives.count)
    var chosen: [Int] = []
    for rank in Set(ranks).sorted() {
      var candidates = measured.indices.filter { ranks[$0] == rank }
      while !candidates.isEmpty && chosen.count < definition.finalists.count {
        let volumes = candidates.map { candidate in
          hypervolume(of: (chosen + [candidate]).map { points[$0] }, reference: reference)
        }
        guard let best = volumes.indices.max(by: { volumes[$0] < volumes[$1] }) else { break }
        chosen.append(candidates.remove(at: best))
      }
    }
    return chosen.map { measured[$0].number }.sorted()
  }

  /// Returns accuracy and costs, all to be maximised, each scaled to 0…1 over the trials.
  private func normalized(_ trials: [StudyState.Trial]) -> [[Double]] {
    let vectors = trials.map { definition.objectiveVector($0.flashAccuracy ?? 0, $0.costs) }
    let columns = (0..<1 + definition.objectives.count).map { column in
      vectors.map { $0[column] }
    }
    return vectors.map { vector in
      zip(vector, columns).map { value, column in
        let (low, high) = (column.min() ?? 0, column.max() ?? 0)
        return high > low ? (value - low) / (high - low) : 1
      }
    }
  }
}
