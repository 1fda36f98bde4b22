import Datasets
import Distillation
import FileFormats
import Monitoring
import TensorKernels

/// A study's teacher, asked about images that came later.
struct MonitoredTeacher {
  private let classifier: any ImageClassifier
  private let dataset: PreparedDataset

  /// What keeps a teacher from being asked, for people.
  struct Silent: Error {
    let reason: String
  }

  /// - Throws: `Silent` where the teacher cannot be asked, or is not there or not what it was; as `Journal.state`.
  init(of student: StudentWeights) throws {
    let state = try Journal.state(of: student.folder)
    dataset = student.dataset
    do {
      classifier = try MonitoredTeacher.classifier(student.folder, state, student.dataset)
    } catch let silent as Silent {
      throw silent
    } catch {
      throw Silent(reason: "\(error)")
    }
  }

  private static func classifier(
    _ folder: StudyFolder, _ state: StudyState, _ dataset: PreparedDataset
  ) throws -> any ImageClassifier {
    let path = folder.relative(folder.teacherWeights)
    if let expected = state.keptHashes[path] {
      guard let found = try folder.hash(of: path) else {
        throw Silent(reason: "\(folder.appending(path)) is not there any more")
      }
      guard found == expected else {
        throw Silent(reason: "\(folder.appending(path)) is not what the study has kept")
      }
    }
    let inputs = try StudyInputs(StudyFiles(folder), dataset)
    if let obstacle = inputs.teacher.obstacleToAsking { throw Silent(reason: obstacle) }
    if let known = state.teacher, try TeacherStage.identity(inputs) != known.identity {
      throw Silent(
        reason:
          "the teacher is another one than that of the study: its file or what study.json says of it has changed"
      )
    }
    return try inputs.teacher.live()
  }

  /// Returns the teacher's classes of some images.
  func classes(of images: [Int], in new: NewImages) throws -> [Int] {
    let batch = 50
    let session = classifier.session(capacity: batch)
    let pixels = FloatArena(count: batch * dataset.imageElements)
    var logits = [Float](repeating: 0, count: images.count * classifier.classes)
    for first in stride(from: 0, to: images.count, by: batch) {
      let part = images[first..<min(images.count, first + batch)]
      for (place, image) in part.enumerated() {
        try new.fill(pixels.base + place * dataset.imageElements, range: image..<image + 1)
      }
      logits.withUnsafeMutableBufferPointer { logits in
        guard let base = logits.baseAddress else { return }
        session.answer(pixels.base, count: part.count, into: base + first * classifier.classes)
      }
    }
    return MonitoredSample.classes(of: logits, classes: classifier.classes)
  }
}
