import ParetoFronts

/// How sure a student's place on the front is.
public enum FrontStanding: String, Hashable, Sendable, CaseIterable {
  /// It is more accurate than every student that costs no more, and that is no chance.
  case dominates
  /// It is on the front, but cannot be told apart from a student that costs no more.
  case tied
  /// Another student is at least as good in everything and better in something.
  case dominated

  /// Returns the standing of every student of a study; differences are corrected for their number.
  public static func standings(
    of candidates: [Candidate], confidence: Double = 0.95
  ) -> [FrontStanding] {
    let front = nonDominatedIndices(of: candidates.map(\.objectives))
    let noise = TrainingNoise(candidates.map(\.accuracy))
    var (members, pValues): ([Int], [Double]) = ([], [])
    for index in front {
      for other in candidates.indices
      where other != index && candidates[other].costsNoMore(than: candidates[index]) {
        members.append(index)
        pValues.append(
          AccuracyDifference(
            candidates[index].accuracy, candidates[other].accuracy, confidence: confidence,
            noise: (noise, noise)
          ).pValue)
      }
    }
    var standings = [FrontStanding](repeating: .dominated, count: candidates.count)
    for index in front { standings[index] = .dominates }
    for (member, pValue) in zip(members, holmCorrected(pValues)) where pValue >= 1 - confidence {
      standings[member] = .tied
    }
    return standings
  }
}

/// Returns the indices of the students whose accuracy is no higher than that of `winner` and cannot be told from it, the
/// most accurate first; differences are corrected for their number.
public func tiedIndices(
  with winner: Int, of accuracies: [MeasuredAccuracy], noise: TrainingNoise?,
  confidence: Double = 0.95
) -> [Int] {
  let others = accuracies.indices.filter {
    $0 != winner && accuracies[$0].mean <= accuracies[winner].mean
  }
  let pValues = others.map { other in
    AccuracyDifference(
      accuracies[winner], accuracies[other], confidence: confidence, noise: (noise, noise)
    ).pValue
  }
  return zip(others, holmCorrected(pValues)).filter { $1 >= 1 - confidence }.map(\.0)
    .sorted { (accuracies[$1].mean, $0) < (accuracies[$0].mean, $1) }
}
