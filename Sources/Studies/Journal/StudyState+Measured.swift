extension StudyState {
  /// Returns the latency of a trial's student as it was measured with a source, if it was.
  func measurement(of trial: Int, by source: String) -> JournalEvent.Measured? {
    measured.first { $0.trial == trial && $0.source == source }
  }

  /// Takes in a latency; one that repeats an earlier one changes nothing.
  mutating func take(_ measurement: JournalEvent.Measured) {
    guard self.measurement(of: measurement.trial, by: measurement.source) == nil else { return }
    measured.append(measurement)
  }
}
