import ParetoFronts

/// How sure a student's place on the front is.
public enum FrontStanding: String, Hashable, Sendable, CaseIterable {
  /// It is more accurate than every student that costs no more, and that is no chance.
  case dominates
  /// It is on the front, but cannot be told apart from a student that costs no more.
  case tied
  /// Another student is at least as good in everything and better in something.
  case dominated

  /// Returns the standing of every student; differences are corrected for their number.
  ///
  /// - Parameter noise: How much trainings of one student differ in their study.
  public static func standings(
    of candidates: [Candidate], noise: TrainingNoise?, confidence: Double = 0.95
  ) -> [FrontStanding] {
    let front = nonDominatedIndices(of: candidates.map(\.objectives))
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
