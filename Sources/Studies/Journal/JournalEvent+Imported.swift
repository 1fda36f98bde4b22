import Distillation
import HardwareProfiles

/// The accuracy of a student on its way through a flash training.
public struct RungEvaluation: Hashable, Sendable, Codable {
  /// Steps done.
  public var step: Int
  public var validation: Evaluation
}

extension JournalEvent {
  /// Students that the user wants tried, in their order.
  public struct Enqueued: Hashable, Sendable, Codable {
    public var keys: [String]
  }

  /// What earlier studies on the same search space say, taken over before the first trial.
  public struct Imported: Hashable, Sendable, Codable {
    public var sources: [Source]

    /// An earlier study, and the students that it had measured by then.
    public struct Source: Hashable, Sendable, Codable {
      /// Its folder, as `study.json` gives it.
      public var study: String
      /// The program and the processor that it was begun with.
      public var version: String
      public var machine: String
      /// What makes its accuracies others than these, such as `teacher`; empty if nothing does.
      public var differences: [String]
      /// Results that hold here too, where nothing differs.
      public var carried: [Carried]
      /// Results of something alike, where anything differs, and else those of longer flash trainings.
      public var related: [Related]
    }

    /// A flash result that is the same here, with what the student costs on this study's device.
    public struct Carried: Hashable, Sendable, Codable {
      public var key: String
      public var costs: Costs
      /// Whether it meets this study's constraints.
      public var isFeasible: Bool
      public var validation: Evaluation
      public var rungs: [RungEvaluation]?

      enum CodingKeys: String, CodingKey {
        case key, costs, validation, rungs
        case isFeasible = "feasible"
      }
    }

    /// A flash result of another teacher, data set, recipe or seed.
    public struct Related: Hashable, Sendable, Codable {
      public var key: String
      public var validation: Evaluation
    }
  }
}

extension JournalEvent.Imported {
  /// The results that hold here, by the first source that has them, and that source's folder.
  var carriedResults: [(result: Carried, study: String)] {
    var seen: Set<String> = []
    return sources.flatMap { source in
      source.carried.filter { seen.insert($0.key).inserted }.map { ($0, source.study) }
    }
  }
}

extension JournalEvent.Imported.Source: CustomStringConvertible {
  /// What was taken over and how, on one line.
  public var description: String {
    let count = carried.count + related.count
    let results = "\(study): \(count) flash result\(count == 1 ? "" : "s")"
    guard differences.isEmpty else {
      return "\(results) taken as a prior, because of another "
        + differences.joined(separator: ", another ")
    }
    return "\(study): \(carried.count) flash result\(carried.count == 1 ? "" : "s") carried over, "
      + "\(carried.count { $0.isFeasible }) of students that meet the constraints here"
      + (related.isEmpty ? "" : "; \(related.count) longer ones taken as a prior")
  }
}
