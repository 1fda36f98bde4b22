import FileFormats
import Foundation
import NeuralNetworks

/// The paths of a study's files.
public struct StudyFolder: Hashable, Sendable {
  /// The folder as the user gave it.
  public let path: String

  public init(_ path: String) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  /// Returns the path of `name` in the folder; an absolute name stays as it is.
  public func appending(_ name: String) -> String {
    name.hasPrefix("/") ? name : (path as NSString).appendingPathComponent(name)
  }

  /// The path as one word of a shell's command line, for commands that the user may paste.
  public var shellWord: String { ShellWord.quoted(path) }

  public var definition: String { appending("study.json") }
  public var journal: String { appending("journal.jsonl") }
  /// What a run tells those who watch it; there while it runs, and after a kill.
  public var progress: String { appending("progress.json") }
  public var preparedData: String { appending("data") }
  public var teacher: String { appending("teacher") }
  public var teacherWeights: String { appending("teacher/weights.safetensors") }
  public var softTargets: String { appending("teacher/logits.raw") }
  public var teacherValidationLogits: String { appending("teacher/validation-logits.raw") }
  public var teacherTestLogits: String { appending("teacher/test-logits.raw") }
  /// The teacher's logits on one of the views in which students see their images.
  ///
  /// - Parameter hash: Of everything that they depend on.
  func teacherView(_ index: Int, hash: String) -> String {
    appending("teacher/view-\(index)-\(hash.prefix(16)).f16")
  }

  public var report: String { appending("report") }

  public func candidate(_ key: String) -> String { appending("candidates/\(key)") }
  public func weights(of key: String) -> String { candidate(key) + "/weights.safetensors" }
  /// The student in int8, as a TensorFlow Lite model.
  public func integerModel(of key: String) -> String { candidate(key) + "/student.tflite" }

  /// Whether all is there that a student's first full training leaves.
  public func keeps(_ key: String, in precision: Precision) -> Bool {
    let files = [weights(of: key)] + (precision == .int8 ? [integerModel(of: key)] : [])
    return files.allSatisfy(FileManager.default.fileExists(atPath:))
  }

  /// Copies what a student's first full training has left in another study, if nothing of it is here.
  func copyStudent(_ key: String, from other: StudyFolder) throws {
    let pairs = [
      (other.weights(of: key), weights(of: key)),
      (other.integerModel(of: key), integerModel(of: key)),
    ]
    for (old, new) in pairs
    where FileManager.default.fileExists(atPath: old)
      && !FileManager.default.fileExists(atPath: new)
    {
      try Folder.create(candidate(key))
      try AtomicFile.write(MappedFile(old).withUnsafeBytes { Data($0) }, to: new)
    }
  }

  /// Where an unfinished full training keeps its checkpoint.
  public func checkpoint(of key: String, repetition: Int, isBaseline: Bool) -> String {
    candidate(key)
      + "/\(isBaseline ? "baseline" : "distilled")-\(repetition).checkpoint.safetensors"
  }

  /// Removes a full training's checkpoint. It is of no more use once the training's result is written down;
  /// until then, a kill may need it.
  package func removeCheckpoint(of key: String, repetition: Int, isBaseline: Bool) {
    try? FileManager.default.removeItem(
      atPath: checkpoint(of: key, repetition: repetition, isBaseline: isBaseline))
  }
}
