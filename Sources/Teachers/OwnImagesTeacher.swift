import Datasets
import Distillation
import Synchronization

/// A teacher that sees the data's images in files of its own, of another size than the students' ones.
///
/// It answers questions about the images that there are, in the fixed views too, but not about images that students make
/// up in the middle of a training: those are of the students' size.
final class OwnImagesTeacher: Teacher {
  private let images: TeacherImages
  private let setting: TeacherSetting
  private let declaredCosts: @Sendable () -> TeacherCosts?
  private let bind: @Sendable (TeacherSetting) throws -> any Teacher
  /// The teacher and what it sees, once its images are prepared: when it is first asked. Workers never ask.
  private let bound = Mutex<(any Teacher, PreparedDataset)?>(nil)
  /// Whether every byte of the prepared images has been compared with its hash.
  private let isVerified = Mutex(false)

  /// - Parameters:
  ///   - costs: Returns what is known of its costs before it sees an image.
  ///   - bind: Returns the teacher for the data with its own images.
  init(
    _ images: TeacherImages, in setting: TeacherSetting,
    costs: @escaping @Sendable () -> TeacherCosts?,
    bind: @escaping @Sendable (TeacherSetting) throws -> any Teacher
  ) {
    (self.images, self.setting, declaredCosts, self.bind) = (images, setting, costs, bind)
  }

  private func binding() throws -> (teacher: any Teacher, seen: PreparedDataset) {
    try bound.withLock { bound in
      if let bound { return bound }
      let own = try images.setting(setting)
      let binding = (try bind(own), own.dataset)
      bound = binding
      return binding
    }
  }

  /// Returns the teacher to be asked about its images, once they are known to be what was prepared: a damaged copy
  /// would give answers to other images.
  private func asked() throws -> any Teacher {
    let (teacher, seen) = try binding()
    try isVerified.withLock { isVerified in
      if !isVerified { try seen.verify() }
      isVerified = true
    }
    return teacher
  }

  func identity() throws -> String { try binding().teacher.identity() }

  func prepare(_ work: TeacherWork) throws {
    let (teacher, seen) = try binding()
    func sizes(_ dataset: PreparedDataset) -> String {
      "\(dataset.height)x\(dataset.width)x\(dataset.channels) \(dataset.pixelType.rawValue)"
    }
    work.note(
      "\(images.place): the teacher sees \(images.files.train) as \(sizes(seen)), its students "
        + sizes(setting.dataset))
    try teacher.prepare(work)
  }

  func answers(on split: DatasetSplit, _ work: TeacherWork) throws -> TeacherAnswers? {
    try asked().answers(on: split, work)
  }

  func release(_ split: DatasetSplit) { bound.withLock { $0?.0.release(split) } }

  /// The same whether it has been asked or not: assistants are chosen by it.
  func costs() throws -> TeacherCosts? { declaredCosts() }

  var viewIdentity: String {
    TeacherQuestion.drawn(for: (setting.dataset.height, setting.dataset.width))
  }

  var obstacleToAsking: String? {
    "the teacher sees images of its own (\(images.place)), of which there are no others; fixed views of them can be "
      + "\"stored\""
  }

  var obstacleToViews: String? { nil }

  func logits(in view: AugmentedView, _ work: TeacherWork) throws -> [Float] {
    try asked().logits(in: view, work)
  }

  func release(_ view: AugmentedView) { bound.withLock { $0?.0.release(view) } }
}
