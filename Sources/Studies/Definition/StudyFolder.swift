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

  /// The files and folders that runs write, by their names in the folder.
  static let writtenNames = [
    ".lock", "journal.jsonl", "progress.json", "inputs", "data", "teacher", "candidates", "report",
    "workers",
    "logs", "deployed", "deployed/versions", "deployed/history.jsonl", "stability.json",
    "repetitions",
  ]

  /// Returns the path of `name` in the folder; an absolute name stays as it is.
  public func appending(_ name: String) -> String {
    name.hasPrefix("/") ? name : (path as NSString).appendingPathComponent(name)
  }

  /// The path as one word of a shell's command line, for commands that the user may paste.
  public var shellWord: String { ShellWord.quoted(path) }

  public var definition: String { appending("study.json") }
  /// Copies of the files that the study shares with others.
  var inputs: String { appending("inputs") }
  public var journal: String { appending("journal.jsonl") }
  /// What a run tells those who watch it; there while it runs, and after a kill.
  public var progress: String { appending("progress.json") }
  /// What workers on other machines and the run tell each other.
  public var workers: String { appending("workers") }
  public var preparedData: String { appending("data") }
  public var teacher: String { appending("teacher") }
  public var teacherWeights: String { appending("teacher/weights.safetensors") }
  public var softTargets: String { appending("teacher/logits.raw") }
  public var teacherValidationLogits: String { appending("teacher/validation-logits.raw") }
  public var teacherTestLogits: String { appending("teacher/test-logits.raw") }

  /// Where a teacher keeps its files that is trained on a half of the training images, until it has said what
  /// `leakage` asks.
  func teacherShadow(_ number: Int) -> String { appending("teacher/shadow-\(number)") }

  /// The teacher's logits on one of the views in which students see their images.
  ///
  /// - Parameter hash: Of everything that they depend on.
  func teacherView(_ index: Int, hash: String) -> String {
    appending("teacher/view-\(index)-\(hash.prefix(16)).f16")
  }

  public var report: String { appending("report") }
  /// How sure the study's choices are, found by repeating them.
  public var stability: String { appending("stability.json") }
  /// The same study with another seed, run again to see whether it chooses the same.
  public func repetition(seed: Int) -> StudyFolder {
    StudyFolder(appending("\(StudyFolder.repetitionPrefix)\(seed)"))
  }
  private static let repetitionPrefix = "repetitions/seed-"
  /// The seeds of the repetitions that are there, ascending.
  var repetitionSeeds: [Int] {
    repetitionNames.filter { $0.hasPrefix(StudyFolder.repetitionPrefix) }
      .compactMap { Int($0.dropFirst(StudyFolder.repetitionPrefix.count)) }.sorted()
  }
  /// The names of the folders of repetitions that are there, links among them.
  var repetitionNames: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: appending("repetitions"))) ?? [])
      .sorted().map { "repetitions/\($0)" }
  }
  /// What workers have written to standard error before they were lost.
  public var logs: String { appending("logs") }

  public func candidate(_ key: String) -> String { appending("candidates/\(key)") }
  public func weights(of key: String) -> String { candidate(key) + "/weights.safetensors" }
  /// The student in int8, as a TensorFlow Lite model.
  public func integerModel(of key: String) -> String { candidate(key) + "/student.tflite" }

  /// What the student said of the images that it was judged by, for `monitor`.
  public func reference(of key: String) -> String { candidate(key) + "/reference.safetensors" }
  /// The versions of the study that were deployed.
  public var deployed: String { appending("deployed") }

  /// Whether all is there that a student's first full training leaves.
  public func keeps(_ key: String, in precision: Precision) -> Bool {
    keptFiles(of: key, in: precision).allSatisfy(FileManager.default.fileExists(atPath:))
  }

  private func keptFiles(of key: String, in precision: Precision) -> [String] {
    [weights(of: key)] + (precision == .int8 ? [integerModel(of: key)] : [])
  }

  /// Copies what a student's first full training has left in another study, unless all of it is here.
  func copyStudent(_ key: String, from other: StudyFolder, in precision: Precision) throws {
    guard !keeps(key, in: precision), other.keeps(key, in: precision) else { return }
    try Folder.create(candidate(key))
    for (old, new) in zip(
      other.keptFiles(of: key, in: precision), keptFiles(of: key, in: precision))
    {
      try AtomicFile.write(MappedFile(old).withUnsafeBytes { Data($0) }, to: new)
    }
  }

  /// Where an unfinished full training keeps its checkpoint.
  public func checkpoint(of key: String, repetition: Int, isBaseline: Bool) -> String {
    candidate(key)
      + "/\(isBaseline ? "baseline" : "distilled")-\(repetition).checkpoint.safetensors"
  }

  /// Where a full training of a study in int8 keeps the student in fp32 until it is int8.
  public func floats(of key: String, repetition: Int, isBaseline: Bool) -> String {
    candidate(key) + "/\(isBaseline ? "baseline" : "distilled")-\(repetition).fp32.safetensors"
  }

  /// Where the training on the way to int8 keeps its checkpoint.
  public func integerCheckpoint(of key: String, repetition: Int, isBaseline: Bool) -> String {
    candidate(key)
      + "/\(isBaseline ? "baseline" : "distilled")-\(repetition).int8.checkpoint.safetensors"
  }

  /// What a training that comes before a full one keeps, until the full one has ended: `checkpoint`, the trained
  /// `weights`, or the `logits` that it teaches by.
  ///
  /// - Parameter link: Its place in the chain, from 1.
  func link(_ link: Int, of key: String, repetition: Int, _ what: String) -> String {
    candidate(key) + "/\(StudyFolder.linkPrefix(repetition))\(link).\(what)"
  }

  private static func linkPrefix(_ repetition: Int) -> String { "distilled-\(repetition).link-" }

  /// Removes a full training's checkpoint. It is of no more use once the training's result is written down;
  /// until then, a kill may need it.
  package func removeCheckpoint(of key: String, repetition: Int, isBaseline: Bool) {
    let paths = [
      checkpoint(of: key, repetition: repetition, isBaseline: isBaseline),
      floats(of: key, repetition: repetition, isBaseline: isBaseline),
      integerCheckpoint(of: key, repetition: repetition, isBaseline: isBaseline),
    ]
    for path in paths { try? FileManager.default.removeItem(atPath: path) }
    guard !isBaseline else { return }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: candidate(key))) ?? []
    for name in names where name.hasPrefix(StudyFolder.linkPrefix(repetition)) {
      try? FileManager.default.removeItem(atPath: candidate(key) + "/" + name)
    }
  }
}
