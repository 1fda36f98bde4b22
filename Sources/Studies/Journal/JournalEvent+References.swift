import Distillation
import HardwareProfiles

extension JournalEvent {
  /// The reference designs that are trained as the finalists are.
  public struct ReferencesChosen: Hashable, Sendable, Codable {
    public struct Design: Hashable, Sendable, Codable {
      public var name: String
      public var key: String
      public var costs: Costs
    }

    /// A design that was asked for but may not be trained.
    public struct Refused: Hashable, Sendable, Codable {
      public var name: String
      public var key: String
      /// Why, in words.
      public var reason: String
    }

    /// In the order of the space.
    public var designs: [Design]
    public var refused: [Refused]
  }

  /// A full training of a reference design.
  public struct ReferenceTrained: Hashable, Sendable, Codable {
    public var name: String
    public var key: String
    public var repetition: Int
    public var outcome: Distilled.Outcome
    public var validation: Evaluation?
    public var test: Evaluation?
    public var seconds: Double
    public var steps: Int
  }
}
