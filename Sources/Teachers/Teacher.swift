import Datasets
import Distillation
import FileFormats
import NeuralNetworks

/// A teacher of whatever form, bound to a study's data.
///
/// Making one reads no more than what is needed to see that it fits the data: workers make one each. The files
/// that it comes from are read by `identity` and `prepare`, and its answers are kept by others.
package protocol Teacher: Sendable {
  /// A hash of everything that makes its answers what they are, the contents of its files included.
  ///
  /// - Throws: `FileFormatError` if one of its files cannot be read.
  func identity() throws -> String

  /// Makes it ready to answer: trains it, or takes over its files.
  ///
  /// - Throws: `TeacherError`, or an error that names its file.
  func prepare(_ work: TeacherWork) throws

  /// Returns what it says of every image of a split; nil where that cannot be known.
  ///
  /// - Throws: `TeacherError`, or an error that names its file.
  func answers(on split: DatasetSplit, _ work: TeacherWork) throws -> TeacherAnswers?

  /// Lets go of what it has kept to continue after a kill: its answers on a split are kept elsewhere now.
  func release(_ split: DatasetSplit)

  /// The files in the study's folder that its answers come from; a change of one is noticed by its hash.
  var keptFiles: [String] { get }

  /// What it costs to ask it about one image; nil where only its answers are known.
  ///
  /// - Throws: An error that names its file.
  func costs() throws -> TeacherCosts?

  /// Why it cannot be asked about augmented images; nil if it can.
  var obstacleToAsking: String? { get }

  /// Why it cannot be asked about a few views of the training images, once for all; nil if it can.
  var obstacleToViews: String? { get }

  /// What its answers in views depend on beyond itself and the view: the size of the students' images, where it sees
  /// others.
  var viewIdentity: String { get }

  /// Returns the logits of all training images in a view, `[count, classes]`, in the order of the split.
  ///
  /// - Throws: As `answers(on:)`; `TeacherError.refused` where there is an obstacle.
  func logits(in view: AugmentedView, _ work: TeacherWork) throws -> [Float]

  /// Lets go of what it has kept of a view.
  func release(_ view: AugmentedView)

  /// Returns the teacher for questions about any image.
  ///
  /// - Throws: `TeacherError.refused` where there is an obstacle, or an error that names its file.
  func live() throws -> any ImageClassifier

  /// The network whose inner outputs students can be compared with: what it is `live` is a `FeatureClassifier` then.
  /// Nil where there is none that can be read.
  var featureNetwork: Network? { get }
}

extension Teacher {
  /// Why it cannot be seen in a view; nil if it can.
  package func obstacle(to view: Recipe.TeacherView) -> String? {
    switch view {
    case .clean: nil
    case .augmented: obstacleToAsking
    case .stored: obstacleToViews
    }
  }

  /// Why its inner outputs cannot be compared with; nil if they can.
  package var obstacleToFeatures: String? {
    featureNetwork == nil
      ? "the teacher's inner outputs cannot be read; one network of this program can, which the study trains "
        + "or whose weights it reads" : nil
  }

  package var featureNetwork: Network? { nil }
  package func prepare(_ work: TeacherWork) throws {}
  package func release(_ split: DatasetSplit) {}
  package func release(_ view: AugmentedView) {}
  package var keptFiles: [String] { [] }
  package func costs() throws -> TeacherCosts? { nil }

  package var obstacleToViews: String? { obstacleToAsking }

  package var viewIdentity: String { "" }

  package func logits(in view: AugmentedView, _ work: TeacherWork) throws -> [Float] {
    throw TeacherError.refused(
      obstacleToViews ?? "the teacher cannot be asked about augmented images")
  }

  package func live() throws -> any ImageClassifier {
    throw TeacherError.refused(obstacleToAsking ?? "the teacher cannot be asked about images")
  }
}

/// What it costs to ask a teacher about one image, and how large it is.
package struct TeacherCosts: Hashable, Sendable {
  /// Multiply–accumulate operations.
  package var macs: Int
  package var parameters: Int
}

/// What a teacher says of a split.
package struct TeacherAnswers: Sendable {
  /// Logits at temperature 1, `[count, classes]`, finite, in the order of the split.
  package var logits: [Float]
  /// What people should know of them, such as probabilities that had to be raised.
  package var notes: [String] = []
  /// Of an ensemble what each member says; empty for others, and on the training split.
  package var members: [[Float]] = []

  package init(logits: [Float], notes: [String] = [], members: [[Float]] = []) {
    (self.logits, self.notes, self.members) = (logits, notes, members)
  }
}

/// What a teacher is bound to: the study's folder and data, and what a training of it depends on.
package struct TeacherSetting: Sendable {
  /// `study.json`, for messages.
  package var file: String
  /// The study's folder: what paths are relative to, and where commands run.
  package var baseFolder: String
  /// The folder for the teacher's own files.
  package var teacherFolder: String
  package var reader: BatchReader
  package var seed: UInt64
  /// Batches over which batch-norm statistics are taken again after a training.
  package var statisticsBatches: Int
  /// Which member of an ensemble it is, from 0; 0 for a teacher that stands alone.
  package var member = 0

  package init(
    file: String, baseFolder: String, teacherFolder: String, reader: BatchReader, seed: UInt64,
    statisticsBatches: Int
  ) {
    (self.file, self.baseFolder, self.teacherFolder) = (file, baseFolder, teacherFolder)
    (self.reader, self.seed, self.statisticsBatches) = (reader, seed, statisticsBatches)
  }

  package var dataset: PreparedDataset { reader.dataset }

  /// The shape of the images.
  package var imageShape: TensorShape {
    TensorShape(height: dataset.height, width: dataset.width, channels: dataset.channels)
  }

  /// Returns the path of a file that `study.json` names.
  func path(_ name: String) -> String { name.hasPrefix("/") ? name : "\(baseFolder)/\(name)" }

  /// Returns the path of one of the teacher's own files.
  func own(_ name: String) -> String { "\(teacherFolder)/\(name)" }
}

/// How a teacher that works reports, and how it is stopped.
package struct TeacherWork: Sendable {
  package var threads: Int
  /// Told what is worth a line.
  package var note: @Sendable (String) -> Void
  /// Told how far it is.
  package var advance: @Sendable (_ done: Double, _ total: Int, _ detail: String) -> Void
  /// Asked again and again; true stops the work with `TeacherError.stopped`.
  package var shouldStop: @Sendable () -> Bool

  package init(
    threads: Int, note: @escaping @Sendable (String) -> Void,
    advance: @escaping @Sendable (Double, Int, String) -> Void,
    shouldStop: @escaping @Sendable () -> Bool
  ) {
    (self.threads, self.note) = (threads, note)
    (self.advance, self.shouldStop) = (advance, shouldStop)
  }
}

/// What keeps a teacher from teaching.
package enum TeacherError: Error, Hashable, Sendable {
  /// What was asked for cannot be had of such a teacher.
  case refused(String)
  /// It has failed at its work: a training that diverged, a program that broke down.
  case failed(String)
  /// The run ends; what is finished is kept.
  case stopped
}

extension TeacherError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .refused(let message), .failed(let message): message
    case .stopped: "the teacher's work was stopped; what is finished is kept"
    }
  }
}
