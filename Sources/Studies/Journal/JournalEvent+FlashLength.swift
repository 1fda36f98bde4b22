import Foundation

extension JournalEvent {
  /// How long flash trainings have to be for students to learn anything.
  public struct FlashLength: Hashable, Sendable, Codable {
    /// Trainings of one length.
    public struct Attempt: Hashable, Sendable, Codable {
      public var fraction: Double
      /// In the order of the keys; nil where a training failed.
      public var accuracies: [Double?]
    }

    /// The flash fraction of the study from here on.
    public var fraction: Double
    /// The students that were tried.
    public var keys: [String]
    /// The accuracy that one of them had to reach.
    public var wantedAccuracy: Double
    public var attempts: [Attempt]

    enum CodingKeys: String, CodingKey {
      case fraction, keys, attempts
      case wantedAccuracy = "wanted_accuracy"
    }
  }
}

extension JournalEvent.FlashLength: CustomStringConvertible {
  /// What was tried, on one line.
  public var description: String {
    let tried = attempts.map { attempt in
      let accuracies = attempt.accuracies.map { accuracy in
        accuracy.map { String(format: "%.1f", 100 * $0) } ?? "–"
      }.joined(separator: " and ")
      return String(format: "%.3g %% of the images gave \(accuracies) %%", 100 * attempt.fraction)
    }.joined(separator: ", ")
    let hasLearnt = (attempts.last?.accuracies.compactMap(\.self).max() ?? 0) >= wantedAccuracy
    return "length of flash trainings: \(tried)"
      + String(
        format: hasLearnt
          ? "; chance is left behind at %.1f %%"
          : "; chance would be left behind at %.1f %%, which no student reached",
        100 * wantedAccuracy)
  }
}
