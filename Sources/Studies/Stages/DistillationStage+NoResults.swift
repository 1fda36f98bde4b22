extension DistillationStage {
  /// Why nothing can be distilled: how the flash trials ended, and what to try in another study. Their outcomes stay
  /// in this one, since later proposals knew of them.
  static func noResults(_ state: StudyState, _ definition: StudyDefinition, path: String) -> String
  {
    let outcomes = state.trials.compactMap { $0.result?.outcome }
    let (diverged, losses) = (outcomes.count { $0 == .diverged }, outcomes.compactMap(\.loss))
    var ends = diverged == 0 ? [] : ["diverged: \(diverged)"]
    for loss in TaskLoss.allCases where losses.contains(loss) {
      ends.append("\(loss.words): \(losses.count { $0 == loss })")
    }
    var remedies = diverged == 0 ? [] : ["a lower full.learning_rate"]
    if losses.contains(.outOfMemory) {
      remedies.append(
        definition.trialLimits.memoryMebibytes == nil
          ? "smaller batches" : "a larger trial_limits.memory_mib or smaller batches")
    }
    if losses.contains(.timedOut) { remedies.append("a larger trial_limits.flash_minutes") }
    var text = "none of the \(state.trials.count) flash trials gave a result"
    if !ends.isEmpty { text += " (\(ends.joined(separator: ", ")))" }
    if !losses.isEmpty { text += "; logs/ has the last words of lost workers" }
    if !remedies.isEmpty {
      text += "; try \(remedies.joined(separator: " and ")) in a copy of \(path)"
    }
    return text
  }
}
