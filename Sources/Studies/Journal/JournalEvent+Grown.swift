import HardwareProfiles

extension JournalEvent {
  /// The study asks for more than before.
  public struct Grown: Hashable, Sendable, Codable {
    /// The program's.
    public var version: String
    /// When the growth was taken over, in UTC, as ISO 8601 writes it.
    public var date: String
    public var studyHash: String
    /// The whole of `study.json`.
    public var study: String
    public var profileHash: String?
    /// In words and values; empty where the file differs and asks for the same.
    public var changes: [StudyChange]
    /// In the order of their names.
    public var effects: [GrowthEffect]
    /// Where the full training is longer now.
    public var lengthening: Lengthening?

    /// A full training that has become longer. Flash trainings stay as long as they were.
    public struct Lengthening: Hashable, Sendable, Codable {
      /// Epochs.
      public var before: Double
      public var after: Double
      /// The share of the longer training that the study's own flash trainings are; nil where there were none.
      public var flashFraction: Double?

      enum CodingKeys: String, CodingKey {
        case before, after
        case flashFraction = "flash_fraction"
      }
    }

    enum CodingKeys: String, CodingKey {
      case version, date, study, changes, effects, lengthening
      case studyHash = "study_sha256"
      case profileHash = "hardware_profile_sha256"
    }
  }

  /// What the trials cost by the question that the study has grown to.
  public struct Priced: Hashable, Sendable, Codable {
    public struct Trial: Hashable, Sendable, Codable {
      public var trial: Int
      public var costs: Costs
      /// Which limit it breaks now; nil if none.
      public var broken: BrokenLimit?
    }

    public var trials: [Trial]
  }
}

/// A limit that a student breaks which was tried under other ones.
public struct BrokenLimit: Hashable, Sendable, Codable {
  /// Of several the one that is broken most.
  public var constraint: String
  /// By which share of the bound.
  public var excess: Double
}

extension JournalEvent.Grown.Lengthening {
  /// Returns a share of the shorter training as a share of the longer one: the same number of epochs, to the
  /// last bit where there is such a number.
  func carried(_ fraction: Double) -> Double {
    let carried = fraction * before / after
    let wanted = fraction * before
    let exact = [carried, carried.nextUp, carried.nextDown].first { $0 * after == wanted }
    return exact ?? carried
  }
}
