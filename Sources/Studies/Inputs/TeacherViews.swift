import Distillation
import FileFormats
import Foundation
import RandomStreams

/// The teacher's logits on the fixed views in which students see their images, in files next to its other answers:
/// computed once for all trainings.
struct TeacherViews {
  private let inputs: StudyInputs
  /// Of everything that they depend on: a file with another one is of another teacher, augmentation, mix or
  /// seed.
  private let hash: String
  private let seed: UInt64

  /// - Parameter teacherHash: By which a change of the teacher is noticed.
  init(_ inputs: StudyInputs, teacherHash: String) {
    self.inputs = inputs
    var stream = RandomStream(seed: inputs.definition.seed, purpose: "stored views")
    seed = stream.next()
    let full = inputs.definition.full
    let view = AugmentedView(0, of: full.augmentation, mixes: full.mix, seed: seed)
    hash = ContentHash.hexadecimal(
      of: "\(teacherHash)|\(view.identity)\(inputs.teacher.viewIdentity)")
  }

  /// The views, in their order.
  var all: [AugmentedView] {
    let full = inputs.definition.full
    return (0..<full.storedViews).map {
      AugmentedView($0, of: full.augmentation, mixes: full.mix, seed: seed)
    }
  }

  /// Those that are not there, or not whole.
  var missing: [AugmentedView] {
    let dataset = inputs.dataset
    let bytes = 2 * dataset.count(.training) * dataset.classes
    return all.filter { (try? MappedFile(path($0), expectedBytes: bytes)) == nil }
  }

  /// Keeps the logits of a view, `[count, classes]`.
  ///
  /// - Throws: `FileFormatError` if they cannot be written.
  func keep(_ logits: [Float], of view: AugmentedView) throws {
    try StoredViews.write(logits, classes: inputs.dataset.classes, to: path(view))
  }

  /// Maps all views.
  ///
  /// - Throws: `FileFormatError` naming a file that is missing.
  func stored() throws -> StoredViews {
    try StoredViews(
      contentsOf: all.map(path), seed: seed, images: inputs.dataset.count(.training),
      classes: inputs.dataset.classes)
  }

  /// Removes views of other teachers, augmentations and seeds.
  func removeOthers() {
    let wanted = Set(all.map { (path($0) as NSString).lastPathComponent })
    let names = (try? FileManager.default.contentsOfDirectory(atPath: inputs.folder.teacher)) ?? []
    for name in names where name.hasPrefix("view-") && !wanted.contains(name) {
      try? FileManager.default.removeItem(atPath: inputs.folder.appending("teacher/\(name)"))
    }
  }

  private func path(_ view: AugmentedView) -> String {
    inputs.folder.teacherView(view.index, hash: hash)
  }
}

extension StudyInputs {
  /// What a change of the teacher is noticed by: the hash of its weights, or of its answers where these are all
  /// that is kept of it.
  ///
  /// - Parameter logitsHash: Of its logits on the training split.
  /// - Throws: `FileFormatError` if one of its files cannot be read.
  func teacherHash(logitsHash: String) throws -> String {
    let files = try teacher.keptFiles.map { try ContentHash.hexadecimal(ofFile: $0) }
    if files.isEmpty { return logitsHash }
    return definition.teacher.isEnsemble
      ? ContentHash.hexadecimal(of: (files + [logitsHash]).joined(separator: "|")) : files[0]
  }
}
