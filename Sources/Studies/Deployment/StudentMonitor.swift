import Datasets
import Distillation
import FileFormats
import Foundation
import Monitoring
import NeuralNetworks
import TensorKernels

/// Compares the images that a deployed student meets with those that it was judged by: the validation split.
public struct StudentMonitor {
  public let student: StudentWeights
  private let monitored: MonitoredStudent

  /// Reads a student and the data that it was judged by, as `export` does.
  ///
  /// - Parameter name: Its key, or `best`.
  /// - Throws: As `StudentWeights`.
  public init(_ name: String, in folder: StudyFolder, dataFolder: String?) throws {
    let key = try StudentWeights.key(name, in: folder)
    student = try StudentWeights(of: key, in: folder, dataFolder: dataFolder)
    monitored = try MonitoredStudent(student)
  }

  /// Where the student's reference statistics are from.
  public enum ReferenceOrigin: Hashable, Sendable {
    /// From the file that an earlier call has left.
    case kept
    /// Made now; the reason for doing so, and why it could not be kept, if it could not.
    case made(why: String, notKept: String?)
  }

  /// The most images of the validation split that a reference is made of, spread evenly.
  static let mostReferenceImages = 20_000

  /// Returns the student's reference statistics: as they were kept, or made of the validation split and kept.
  ///
  /// They belong to the very weights and data: a file of others, or a damaged one, is made again.
  ///
  /// - Throws: `StudyError.missing` where the split is too small to compare anything with.
  public func reference() throws -> (sample: MonitoredSample, origin: ReferenceOrigin) {
    let path = student.folder.reference(of: student.key)
    let identity = ReferenceFile.Identity(
      key: student.key, precision: student.precision.rawValue, student: monitored.contentHash,
      data: student.dataset.contentHash)
    var why = "there was none"
    if FileManager.default.fileExists(atPath: path) {
      do {
        let file = try ReferenceFile(
          contentsOf: path, measures: monitored.measures, classes: monitored.classes)
        if file.identity == identity { return (file.sample, .kept) }
        why = "\(path) is of other weights or data"
      } catch {
        why = "\(error)"
      }
    }
    let sample = try makeReference()
    do {
      try ReferenceFile(sample, of: identity).write(to: path)
      return (sample, .made(why: why, notKept: nil))
    } catch {
      return (sample, .made(why: why, notKept: "\(error)"))
    }
  }

  private func makeReference() throws -> MonitoredSample {
    let dataset = student.dataset
    let all = dataset.count(.validation)
    guard all >= DriftRule.fewestReferenceImages else {
      throw StudyError.missing(
        "\(student.folder.path): the validation split has \(all) images, and a reference needs at least "
          + "\(DriftRule.fewestReferenceImages)")
    }
    let count = min(all, StudentMonitor.mostReferenceImages)
    let images = (0..<count).map { $0 * all / count }
    let reader = BatchReader(dataset)
    var unread = [Int32](repeating: 0, count: count)
    var (sample, logits) = try monitored.sample(
      of: count, from: "the validation split of \(student.folder.path)"
    ) { output, range in
      images[range].withUnsafeBufferPointer { indices in
        unread.withUnsafeMutableBufferPointer { labels in
          guard let labels = labels.baseAddress else { return }
          reader.fill(output, labels: labels, indices: indices, split: .validation)
        }
      }
    }
    let predicted = MonitoredSample.classes(of: logits, classes: monitored.classes)
    sample.accuracy = .init(
      images.indices.count { predicted[$0] == dataset.label(images[$0], of: .validation) },
      of: count)
    if let teacher = TeacherLogits(in: student.folder, of: dataset).known(of: .validation) {
      let classes = MonitoredSample.classes(of: teacher, classes: dataset.classes)
      sample.agreement = .init(
        images.indices.count { predicted[$0] == classes[images[$0]] }, of: count)
    }
    return sample
  }

  /// What was found about new images.
  public struct Outcome {
    public let report: DriftReport
    public let origin: ReferenceOrigin
    /// The new images that the teacher was asked about.
    public let asked: Int
    /// Why the teacher was not asked, or why its answers have nothing to be compared with; nil where they were.
    public let teacherNote: String?
  }

  /// Compares new images with the student's reference.
  ///
  /// - Parameter teacherImages: Of how many images the teacher is asked, spread evenly; 0 for none.
  /// - Throws: `DatasetError.invalidData` for too few images; what reading them throws.
  public func compare(_ images: NewImages, teacherImages: Int) throws -> Outcome {
    guard images.count >= DriftRule.fewestImages else {
      throw DatasetError.invalidData(
        file: images.path, location: "number of images", found: "\(images.count)",
        expected:
          "at least \(DriftRule.fewestImages), as fewer show only the grossest changes; collect more, "
          + "500 are good")
    }
    let (reference, origin) = try reference()
    var (sample, logits) = try monitored.sample(of: images.count, from: images.path) {
      output, range in
      try images.fill(output, range: range)
    }
    let predicted = MonitoredSample.classes(of: logits, classes: monitored.classes)
    if let labels = images.labels {
      let known = labels.indices.filter { labels[$0] >= 0 }
      sample.accuracy = .init(known.count { predicted[$0] == labels[$0] }, of: known.count)
    }
    var note: String?
    if teacherImages > 0 {
      do {
        sample.agreement = try agreement(of: predicted, images, asking: teacherImages)
      } catch let silent as MonitoredTeacher.Silent {
        note = silent.reason
      }
      if note == nil && reference.agreement == nil {
        note = "the study has not kept what the teacher says of the validation split"
      }
    }
    let report = DriftReport(
      sample, reference: reference, classNames: student.dataset.classNames)
    return Outcome(
      report: report, origin: origin, asked: sample.agreement?.total ?? 0, teacherNote: note)
  }

  private func agreement(
    of predicted: [Int], _ new: NewImages, asking most: Int
  ) throws -> MonitoredSample.Share {
    let teacher = try MonitoredTeacher(of: student)
    let count = min(most, new.count)
    let images = (0..<count).map { $0 * new.count / count }
    let classes = try teacher.classes(of: images, in: new)
    return .init(zip(images, classes).count { predicted[$0] == $1 }, of: count)
  }
}
