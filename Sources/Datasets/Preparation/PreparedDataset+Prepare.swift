import FileFormats
import Foundation

extension PreparedDataset {
  /// Reads, checks and splits a data set and writes it into a folder, or reuses what is there.
  ///
  /// What is there is reused if it was made from an equal definition and the same source files. A
  /// file counts as the same if its size and its time of last change are; if they differ, its
  /// SHA-256 decides. The images are read once and in pieces: memory depends on the number of images, not on
  /// their size.
  ///
  /// - Parameters:
  ///   - baseFolder: What relative paths in the definition are relative to.
  ///   - folder: Made if needed. After a crash half-way it holds no `dataset.json`, so it is not
  ///     mistaken for a data set.
  ///   - earlierSplit: How the images were dealt out when the study began, if that is known. It holds where the
  ///     definition does not say how.
  /// - Throws: `DatasetError`, `FileFormatError` or `CSVError`.
  public static func prepare(
    _ definition: DatasetDefinition, baseFolder: String, into folder: String,
    earlierSplit: SplitMethod? = nil,
    accepting accept: (_ contentHash: String) throws -> Void = { _ in }
  ) throws -> PreparedDataset {
    let source = try DatasetSource(definition, baseFolder: baseFolder)
    if let prepared = try reuse(
      folder, definition: definition, source: source, earlierSplit: earlierSplit)
    {
      return prepared
    }
    try Folder.create(folder)
    let opened = try source.open(scratchFolder: folder)
    let division = try Division(
      opened, definition: definition,
      method: definition.statedSplit ?? earlierSplit ?? definition.splitMethod)
    // All files are hashed while the images are read: whatever of them is read twice is still in memory.
    let hashing = Hashing(source.files)
    defer { hashing.finish() }
    let writer = try PreparedWriter(
      division.description(of: opened, definition), shape: opened.training.shape, into: folder)
    var training = opened.training
    training.labels = division.labels
    try writer.copy(training, to: division.splits)
    for (images, split) in [(opened.validation, DatasetSplit.validation), (opened.test, .test)] {
      guard let images else { continue }
      try writer.copy(images, to: [DatasetSplit?](repeating: split, count: images.shape.count))
    }
    let summary = try writer.examine(division.facts)
    let records = try hashing.records()
    try checkDistinct(zip(records, source.files))
    try summary.checkPlausible(definition)
    for (record, file) in zip(records, source.files) { try record.checkUnchanged(file) }
    try accept(writer.description.contentHash)
    try writer.finish(summary, sources: records, in: folder)
    return try PreparedDataset(folder, writer.description)
  }

  /// Checks that no two files of images are the same.
  private static func checkDistinct(
    _ files: Zip2Sequence<[SourceRecord], [DatasetSource.File]>
  ) throws {
    var first: [String: String] = [:]
    for (record, file) in files where file.isImages {
      guard let earlier = first.updateValue(file.path, forKey: record.sha256) else { continue }
      throw DatasetError.invalidData(
        file: file.path, location: "contents", found: "the same as in \(earlier)",
        expected: "other ones: what was learnt from says nothing about how well it was learnt")
    }
  }

  /// Opens what is in the folder if it is what `prepare` would make.
  private static func reuse(
    _ folder: String, definition: DatasetDefinition, source: DatasetSource,
    earlierSplit: SplitMethod?
  ) throws -> PreparedDataset? {
    // Whatever is wrong with the files there, they are only a copy and are made again.
    guard var description = try? PreparedDescription.read(from: folder),
      description.definition == definition, description.sources.count == source.files.count,
      let prepared = try? PreparedDataset(folder, description)
    else { return nil }
    // Where nothing says how to divide, what is there stays.
    let wanted = definition.statedSplit ?? earlierSplit ?? description.split
    guard wanted == description.split else { return nil }
    // How many groups there are, and what was done to labels, is nowhere else.
    if wanted == .grouped || definition.labels != nil || definition.labelNoise != nil,
      DatasetSummary.read(from: folder, contentHash: description.contentHash) == nil
    {
      return nil
    }
    if description != prepared.description {
      // Of an earlier version. Where it cannot be written, it is completed again the next time.
      description = prepared.description
      try? description.write(into: folder)
    }
    if try zip(description.sources, source.files).allSatisfy({ try $0.matchesStamp(of: $1) }) {
      return prepared
    }
    let records = try source.files.map(SourceRecord.init)
    guard
      zip(description.sources, records).allSatisfy({ $0.name == $1.name && $0.sha256 == $1.sha256 })
    else { return nil }
    description.sources = records
    try description.write(into: folder)
    return try PreparedDataset(folder, description)
  }
}

/// Hashes files on a thread of its own.
private final class Hashing: @unchecked Sendable {  // Read after the thread.
  private let group = DispatchGroup()
  private var result: Result<[SourceRecord], any Error>?

  init(_ files: [DatasetSource.File]) {
    DispatchQueue.global().async(group: group) { [self] in
      result = Result { try files.map(SourceRecord.init) }
    }
  }

  /// Waits until the thread has ended.
  func finish() { group.wait() }

  /// Returns what is known of each file, once it is.
  func records() throws -> [SourceRecord] {
    group.wait()
    guard let result else { preconditionFailure("the thread has left a result") }
    return try result.get()
  }
}
