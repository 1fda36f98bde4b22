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

  /// - Throws: `Silent` where the teacher cannot be asked, or its files are not there or not what they were; as
  ///   `Journal.state`.
  init(of student: StudentWeights) throws {
    let folder = student.folder
    let state = try Journal.state(of: folder)
    let path = folder.relative(folder.teacherWeights)
    if let expected = state.keptHashes[path], try folder.hash(of: path) != expected {
      throw Silent(reason: "\(folder.appending(path)) is not what the study has kept")
    }
    dataset = student.dataset
    do {
      let teacher = try StudyInputs(StudyFiles(folder), dataset).teacher
      if let obstacle = teacher.obstacleToAsking { throw Silent(reason: obstacle) }
      classifier = try teacher.live()
    } catch let silent as Silent {
      throw silent
    } catch {
      throw Silent(reason: "\(error)")
    }
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
