import Comparisons

/// What a study found, as its `report/front.json` says.
public struct FrontFile: Sendable {
  /// A device that costs were predicted for.
  public struct Hardware: Hashable, Sendable {
    public var profile: String
    public var measurementProtocol: String
    public var precision: String?
  }

  /// A named budget of the study and the student that the study gives it.
  public struct Budget: Hashable, Sendable {
    public var name: String
    public var constraints: [String]
    public var trial: Int?
  }

  /// The images of a split.
  public struct Split: Hashable, Sendable {
    /// Nil where the file does not say.
    public var count: Int?
    /// Of images and labels in their order.
    public var hash: String?
  }

  /// Where the file lies.
  public var path: String
  /// The study's folder, or the path.
  public var subject: String
  public var name: String
  public var seed: String?
  /// Whether the study has ended.
  public var isComplete: Bool
  /// The program's version that began the study, and the processor that it ran on.
  public var version: String?
  public var processor: String?
  public var precision: String?
  /// What `hashes` holds, by its names, such as `data_sha256`.
  public var hashes: [String: String]
  /// The metrics traded against accuracy.
  public var minimized: [String]
  /// The probability with which predicted costs keep their limits.
  public var confidence: Double
  /// The limits that the study sets for all students.
  public var limits: [String]
  public var budgets: [Budget]
  public var hardware: [Hardware]
  /// Whether the front is made of measured latencies.
  public var hasMeasuredFront: Bool
  public var validation: Split?
  public var test: Split?
  /// The flash trials; nil where the file does not list them.
  public var trialCount: Int?
  /// The teacher's accuracies on the two splits.
  public var teacherValidation: Double?
  public var teacherTest: Double?
  /// In the order of the first cost.
  public var students: [FrontStudent]
}

extension FrontFile {
  /// Whether both are reports of one study that found the same.
  public func isSameReport(as other: FrontFile) -> Bool {
    hashes["study_sha256"] != nil && hashes == other.hashes && students == other.students
  }

  /// How much trainings of one student differ, by the repetitions of this study.
  public func noise(on split: FrontSplit) -> TrainingNoise? {
    TrainingNoise(students.compactMap { $0.accuracy(on: split) })
  }

  /// The students that their study may choose.
  public var eligible: [FrontStudent] { students.filter { !$0.isBroken } }
}

/// The two splits on which students are judged.
public enum FrontSplit: String, Hashable, Sendable, CaseIterable {
  /// By which the study chose its students.
  case validation
  /// Looked at after all choices.
  case test
}

/// A fully trained student of a front.
public struct FrontStudent: Hashable, Sendable {
  public var key: String
  public var trial: Int?
  public var isOnFront: Bool
  /// Whether it breaks a limit of its study, when measured or since the study has grown, or is less accurate than the
  /// study asks for.
  public var isBroken: Bool
  public var architecture: String?
  public var validation: MeasuredAccuracy
  public var test: MeasuredAccuracy?
  /// Every number of the student by its name, those of the outcomes' metrics too: `macro_f1`, `test_macro_f1`.
  public var numbers: [String: Double]

  public func accuracy(on split: FrontSplit) -> MeasuredAccuracy? {
    split == .validation ? validation : test
  }
}
