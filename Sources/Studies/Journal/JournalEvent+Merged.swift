extension JournalEvent {
  /// The study was put together from others on the same question: the trials before this line are theirs.
  public struct Merged: Hashable, Sendable, Codable {
    public struct Source: Hashable, Sendable, Codable {
      /// Its folder, as the command was given it.
      public var study: String
      public var seed: UInt64
      /// The hash of what it asked for.
      public var studyHash: String
      /// Those of its trials that are here, and whose results are its own.
      public var trials: Int
      public var fullTrainings: Int

      enum CodingKeys: String, CodingKey {
        case study, seed, trials
        case studyHash = "study_sha256"
        case fullTrainings = "full_trainings"
      }
    }

    public var sources: [Source]
    /// The trials that have had a full training, ascending.
    public var trained: [Int]
  }
}
