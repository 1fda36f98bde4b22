/// What is to be done with one student, by whatever executes tasks.
package struct StudentTask: Hashable, Sendable {
  package var key: String
  /// The trial of the search that the student is of; nil where it is of none, as a reference design.
  package var trial: Int?
  package var work: Work

  package init(_ work: Work, key: String, trial: Int? = nil) {
    (self.work, self.key, self.trial) = (work, key, trial)
  }

  /// A kind of work, with what it needs.
  package enum Work: Hashable, Sendable {
    case flash(FlashWork)
    case full(FullWork)
    /// No training: the student's weights on the test split.
    case test
    /// No training: the student's weights on so many images of the test split, as they are and corrupted.
    case robustness(images: Int)
    /// A full training on a random half of the training images, to see what students give away of them.
    case shadow(ShadowWork)
    /// The teacher's own training on a random half of the training images, by the half's number. The key is that of a
    /// student whose attack asks for it.
    case teacherShadow(Int)
  }

  /// A flash training, judged on the validation split.
  package struct FlashWork: Hashable, Sendable {
    /// Which repetition: another seed.
    package var repetition = 0
    /// Where the training is examined on its way, ascending; empty in a study without rungs.
    package var rungs: [Rung] = []
    /// What it does differently from the study's; nil in a study.
    package var variant: FlashVariant?
    /// Its fraction, where that is not the study's own.
    package var fraction: Double?
    /// Whether it is done once more with another seed, if it ends well.
    package var isRepeated = false

    package init(
      repetition: Int = 0, rungs: [Rung] = [], variant: FlashVariant? = nil,
      fraction: Double? = nil, isRepeated: Bool = false
    ) {
      (self.repetition, self.rungs, self.variant) = (repetition, rungs, variant)
      (self.fraction, self.isRepeated) = (fraction, isRepeated)
    }

    /// Returns whether the training continues with this accuracy after so many steps.
    func continues(with accuracy: Double, after step: Int) -> Bool {
      guard let stopBelow = rungs.first(where: { $0.step == step })?.stopBelow else { return true }
      return accuracy >= stopBelow
    }
  }

  /// A point at which a flash training may be stopped.
  package struct Rung: Hashable, Sendable, Codable {
    /// Steps done.
    package var step: Int
    /// The smallest accuracy that continues; nil if any does.
    package var stopBelow: Double?

    enum CodingKeys: String, CodingKey {
      case step
      case stopBelow = "stop_below"
    }
  }

  /// A full training on a random half of the training images.
  package struct ShadowWork: Hashable, Sendable {
    /// Which half, and another seed.
    package var number: Int
    /// Whether it is done without the teacher.
    package var isBaseline: Bool

    package init(number: Int, isBaseline: Bool) {
      (self.number, self.isBaseline) = (number, isBaseline)
    }
  }

  /// A full training.
  package struct FullWork: Hashable, Sendable {
    /// Which repetition: another seed.
    package var repetition: Int
    /// Whether it is done without the teacher, to see what that gives. Only weights of trainings with it are
    /// kept.
    package var isBaseline = false
    /// Whether the test split is looked at; not while a search is running, which must not know it.
    package var usesTest = true

    package init(repetition: Int, isBaseline: Bool = false, usesTest: Bool = true) {
      (self.repetition, self.isBaseline, self.usesTest) = (repetition, isBaseline, usesTest)
    }
  }
}
