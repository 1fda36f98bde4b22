import FileFormats
import Foundation

/// What a teacher has said so far of the images of a question, chunk by chunk: a run that was killed does not ask again.
struct LogitChunks {
  /// Images that are asked about at once and whose answers are kept together, where a teacher has no wish of its own.
  static let usualChunk = 1000

  private let folder: String
  private let question: TeacherQuestion
  /// The teacher's; chunks of another one are of no use.
  private let identity: String

  init(in folder: String, of question: TeacherQuestion, identity: String) {
    (self.folder, self.question, self.identity) = (folder, question, identity)
  }

  /// Returns what the teacher says of all images, `[count, classes]`, and how many of its probabilities were zero.
  ///
  /// - Parameters:
  ///   - chunk: How many images are asked about at once, and kept together.
  ///   - ask: Asked about images of which nothing is known yet.
  /// - Throws: `TeacherError.stopped` between two chunks; what `ask` throws.
  func answers(
    count: Int, classes: Int, chunk: Int, _ work: TeacherWork,
    ask: (Range<Int>) throws -> (logits: [Float], raisedCount: Int)
  ) throws -> (logits: [Float], raisedCount: Int) {
    var (all, raisedCount): ([Float], Int) = ([], 0)
    all.reserveCapacity(count * classes)
    for start in stride(from: 0, to: count, by: chunk) {
      let range = start..<min(count, start + chunk)
      if let known = known(range, classes: classes) {
        all += known.logits
        raisedCount += known.raisedCount
      } else {
        if work.shouldStop() { throw TeacherError.stopped }
        let said = try ask(range)
        try keep(said.logits, raisedCount: said.raisedCount, range, classes: classes)
        all += said.logits
        raisedCount += said.raisedCount
      }
      work.advance(
        Double(range.upperBound), count,
        "images of \(question.description) that the teacher has seen")
    }
    return (all, raisedCount)
  }

  /// Returns what was kept for some images, `[count, classes]`; nil where there is nothing whole of this teacher.
  func known(_ range: Range<Int>, classes: Int) -> (logits: [Float], raisedCount: Int)? {
    guard let file = try? SafetensorsFile.read(path(range)), file.metadata["identity"] == identity,
      let array = file.tensors["logits"], array.shape == [range.count, classes],
      file.metadata["sha256"] == ContentHash.hexadecimal(of: array.bytes),
      let raisedCount = file.metadata["raised"].flatMap({ Int($0) })
    else { return nil }
    return (array.asFloats(), raisedCount)
  }

  /// Keeps what was said of some images.
  ///
  /// - Parameter raisedCount: How many of their probabilities were zero.
  /// - Throws: `FileFormatError` if it cannot be written.
  func keep(_ logits: [Float], raisedCount: Int, _ range: Range<Int>, classes: Int) throws {
    try Folder.create(folder)
    let array = NumericArray(shape: [range.count, classes], logits)
    let metadata = [
      "identity": identity, "sha256": ContentHash.hexadecimal(of: array.bytes),
      "raised": String(raisedCount),
    ]
    try SafetensorsFile(tensors: ["logits": array], metadata: metadata).write(to: path(range))
  }

  /// Removes what was kept of a question.
  static func remove(in folder: String, of question: TeacherQuestion) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(question.prefix) {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
    // Goes away with the last one; a folder that is not empty stays.
    rmdir(folder)
  }

  private func path(_ range: Range<Int>) -> String {
    "\(folder)/\(question.prefix)\(range.lowerBound)-\(range.upperBound).safetensors"
  }
}
