import DeviceMeasurement

/// What a running study tells its user.
public enum StudyProgress: Hashable, Sendable {
  /// A stage begins.
  case stage(String)
  /// Something happened that is worth a line.
  case note(String)
  /// How far the current stage is: `done` of `total`, and what is being done.
  case advance(done: Double, total: Int, detail: String)
}
