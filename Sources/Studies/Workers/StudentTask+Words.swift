extension StudentTask {
  /// The task in words, such as `trial 3, full training`.
  var words: String {
    let student = trial.map { "trial \($0)" } ?? "student \(key)"
    switch work {
    case .flash(let flash):
      return student + ", flash training"
        + (flash.repetition > 0 ? ", seed \(flash.repetition)" : "")
    case .full(let full):
      return student + (full.isBaseline ? ", training without teacher" : ", full training")
        + (full.repetition > 0 ? ", seed \(full.repetition)" : "")
    case .test: return student + ", test split"
    case .robustness: return student + ", corrupted images"
    case .shadow(let shadow):
      return student + ", shadow \(shadow.number)" + (shadow.isBaseline ? " without teacher" : "")
    case .teacherShadow(let number): return "teacher, shadow \(number)"
    }
  }

  /// A name for files about the task.
  var fileName: String {
    let student = trial.map { "trial-\($0)" } ?? "student-\(key)"
    switch work {
    case .flash(let flash): return student + "-flash-\(flash.repetition)"
    case .full(let full):
      return student + (full.isBaseline ? "-baseline" : "-full") + "-\(full.repetition)"
    case .test: return student + "-test"
    case .robustness: return student + "-robustness"
    case .shadow(let shadow):
      return student + (shadow.isBaseline ? "-shadow-baseline" : "-shadow") + "-\(shadow.number)"
    case .teacherShadow(let number): return "teacher-shadow-\(number)"
    }
  }

  /// How long an attempt may take, in seconds; nil for no limit.
  func timeLimitSeconds(_ limits: TrialLimits) -> Double? {
    switch work {
    case .flash(let flash):
      limits.flashMinutes.map { 60 * $0 * (flash.isRepeated ? 2 : 1) }
    case .full, .shadow: limits.fullMinutes.map { 60 * $0 }
    // A study's limits are those of students: its teacher has none either.
    case .test, .robustness, .teacherShadow: nil
    }
  }
}
