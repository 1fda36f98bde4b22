import Distillation
import HardwareProfiles

extension JournalEvent {
  /// The reference designs that are trained as the finalists are.
  public struct ReferencesChosen: Hashable, Sendable, Codable {
    public struct Design: Hashable, Sendable, Codable {
      public var name: String
      public var key: String
      public var costs: Costs
      /// Whether it is no design of the space, but a network that is trained to tell the architecture's part of the
      /// gain from the recipe's; nil for a design.
      public var isControl: Bool?

      enum CodingKeys: String, CodingKey {
        case name, key, costs
        case isControl = "control"
      }
    }

    /// A design that was asked for but may not be trained.
    public struct Refused: Hashable, Sendable, Codable {
      public var name: String
      public var key: String
      /// Why, in words.
      public var reason: String
    }

    /// In the order of the space, controls last.
    public var designs: [Design]
    public var refused: [Refused]
    /// Whether a merger has brought these trainings and a run is still to choose its own controls; nil if not.
    public var isProvisional: Bool?

    enum CodingKeys: String, CodingKey {
      case designs, refused
      case isProvisional = "provisional"
    }
  }

  /// A full training of a reference design.
  public struct ReferenceTrained: Hashable, Sendable, Codable {
    public var name: String
    public var key: String
    public var repetition: Int
    public var outcome: Distilled.Outcome
    public var validation: Evaluation?
    public var test: Evaluation?
    /// What the evaluations leave out; nil in journals of versions that did not look.
    public var validationOutcome: SplitOutcome?
    public var testOutcome: SplitOutcome?
    public var curve: TrainingCurve?
    public var quantization: QuantizationOutcome?
    /// As in `Distilled`.
    public var chain: [ChainLink]?
    public var seconds: Double
    public var steps: Int
    /// As in `Distilled`.
    public var source: String?
    public var note: String?
    public var machine: ResultMachine?

    enum CodingKeys: String, CodingKey {
      case name, key, repetition, outcome, validation, test, curve, quantization, seconds, steps
      case source, note, machine
      // "chain" is the checksum of a line.
      case chain = "links"
      case validationOutcome = "validation_outcome"
      case testOutcome = "test_outcome"
    }
  }
}
