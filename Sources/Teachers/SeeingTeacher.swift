import Datasets
import Distillation
import Synchronization

/// A teacher that sees the data's images in files of its own, of another size than the students' ones.
///
/// It answers questions about the images that there are, in the fixed views too, but not about images that students make
/// up in the middle of a training: those are of the students' size.
final class SeeingTeacher: Teacher {
  private let images: TeacherImages
  private let setting: TeacherSetting
  private let bind: @Sendable (TeacherSetting) throws -> any Teacher
  /// The teacher and the shape of what it sees, once its images are prepared: which is when it is first asked, as
  /// workers never ask.
  private let bound = Mutex<(any Teacher, description: String)?>(nil)

  /// - Parameter bind: Returns the teacher for the data with its own images.
  init(
    _ images: TeacherImages, in setting: TeacherSetting,
    bind: @escaping @Sendable (TeacherSetting) throws -> any Teacher
  ) {
    (self.images, self.setting, self.bind) = (images, setting, bind)
  }

  private func teacher() throws -> any Teacher { try binding().0 }

  private func binding() throws -> (any Teacher, description: String) {
    try bound.withLock { bound in
      if let bound { return bound }
      let own = try images.setting(setting)
      let dataset = own.dataset
      let binding = (
        try bind(own),
        "\(dataset.height)x\(dataset.width)x\(dataset.channels) \(dataset.pixelType.rawValue)"
      )
      bound = binding
      return binding
    }
  }

  func identity() throws -> String { try teacher().identity() }

  func prepare(_ work: TeacherWork) throws {
    let (teacher, description) = try binding()
    let dataset = setting.dataset
    work.note(
      "\(images.place): the teacher sees \(images.files.train) as \(description), its students "
        + "\(dataset.height)x\(dataset.width)x\(dataset.channels) \(dataset.pixelType.rawValue)")
    try teacher.prepare(work)
  }

  func answers(on split: DatasetSplit, _ work: TeacherWork) throws -> TeacherAnswers? {
    try teacher().answers(on: split, work)
  }

  func release(_ split: DatasetSplit) { bound.withLock { $0?.0.release(split) } }

  func costs() throws -> TeacherCosts? { try teacher().costs() }

  var obstacleToAsking: String? {
    "the teacher sees images of its own (\(images.place)), of which there are no others; fixed views of them can be "
      + "\"stored\""
  }

  var obstacleToViews: String? { nil }

  func logits(in view: AugmentedView, _ work: TeacherWork) throws -> [Float] {
    try teacher().logits(in: view, work)
  }

  func release(_ view: AugmentedView) { bound.withLock { $0?.0.release(view) } }
}
