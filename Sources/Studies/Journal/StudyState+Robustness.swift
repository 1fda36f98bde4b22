extension StudyState {
  /// Returns what became of a trial's student on so many corrupted images, if that has ended.
  func robustness(of trial: Int, images: Int) -> JournalEvent.RobustnessTested? {
    robustness.first { $0.trial == trial && $0.images == images }
  }

  /// Returns the trials whose students the study keeps and has not shown so many corrupted images.
  public func openRobustness(images: Int) -> [Int] {
    let kept = Set(keptStudents)
    return fullTrials.filter {
      kept.contains(trials[$0].key) && robustness(of: $0, images: images) == nil
    }
  }

  /// Takes in a test; one that repeats an earlier one changes nothing.
  mutating func take(_ test: JournalEvent.RobustnessTested) {
    guard robustness(of: test.trial, images: test.images) == nil else { return }
    robustness.append(test)
  }
}
