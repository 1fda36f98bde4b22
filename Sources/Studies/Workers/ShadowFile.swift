import FileFormats
import Foundation

/// What a shadow of a student says of every training image, in a file of the student's folder; of the teacher's shadows in
/// the teacher's.
///
/// It names the training that it comes from, so that one of another recipe, data set or teacher is not taken for it.
struct ShadowFile {
  let path: String
  /// What the unfinished training keeps: a student's its checkpoint, a teacher's a folder.
  let unfinished: String

  private static let tensor = "confidences"
  private static let member = "training"

  init(of key: String, _ work: StudentTask.ShadowWork, in folder: StudyFolder) {
    let name = "/shadow-\(work.isBaseline ? "baseline" : "distilled")-\(work.number)"
    path = folder.candidate(key) + name + ".safetensors"
    unfinished = folder.candidate(key) + name + ".checkpoint.safetensors"
  }

  /// - Parameter number: Of the half that the teacher learns from.
  init(ofTeacher number: Int, in folder: StudyFolder) {
    unfinished = folder.teacherShadow(number)
    path = unfinished + ".safetensors"
  }

  /// Whether the file is there, undamaged, and comes from a training.
  func isOf(_ training: String) -> Bool {
    guard let file = try? SafetensorsFile.read(path) else { return false }
    if case .damaged = file.check(at: path) { return false }
    return file.metadata[ShadowFile.member] == training
  }

  /// Replaces the file, after which what the unfinished training has kept is of no more use.
  ///
  /// - Parameter confidences: Of each training image (`LabelConfidence`).
  /// - Throws: `FileFormatError` if it cannot be written.
  func write(_ confidences: [Float], of training: String) throws {
    let array = NumericArray(shape: [confidences.count], confidences)
    try SafetensorsFile(
      tensors: [ShadowFile.tensor: array], metadata: [ShadowFile.member: training]
    ).sealed(for: path).write(to: path)
    try? FileManager.default.removeItem(atPath: unfinished)
  }

  /// Returns the confidences.
  ///
  /// - Parameter count: Training images.
  /// - Throws: `FileFormatError` if the file is missing or damaged.
  func confidences(count: Int) throws -> [Float] {
    let file = try SafetensorsFile.read(path)
    guard let array = file.tensors[ShadowFile.tensor], array.shape == [count] else {
      throw FileFormatError.malformed(
        path: path, location: "tensor \"\(ShadowFile.tensor)\"",
        found: file.tensors[ShadowFile.tensor].map { "shape \($0.shape)" } ?? "nothing",
        expected:
          "\(count) values, one for each training image; delete the file to have it made again")
    }
    return array.asFloats()
  }
}
