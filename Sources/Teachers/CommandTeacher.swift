import Datasets
import Distillation
import FileFormats
import Foundation
import Processes
import TensorKernels

/// A program as a teacher: it is called with a file of images and writes a file of logits.
struct CommandTeacher: Teacher {
  let form: CommandForm
  let setting: TeacherSetting
  /// For each class of the data its place in a row.
  let order: [Int]?
  let encoder: ImageEncoder

  /// The contents of those arguments that are files in the study's folder are part of it: a program that has
  /// changed is another teacher.
  func identity() throws -> String {
    let files = try form.command.map { word in
      let path = setting.path(word)
      return isOwnFile(path) ? try ContentHash.hexadecimal(ofFile: path) : ""
    }
    return ContentHash.hexadecimal(
      of: (["command"] + form.command + files
        + [form.meaning.identity, encoder.description, setting.dataset.contentHash])
        .joined(separator: "\u{1e}"))
  }

  /// Whether a path leads to a file in the study's folder.
  private func isOwnFile(_ path: String) -> Bool {
    let folder = URL(filePath: setting.baseFolder).standardizedFileURL.path + "/"
    var isFolder: ObjCBool = false
    return URL(filePath: path).standardizedFileURL.path.hasPrefix(folder)
      && FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
  }

  var obstacleToAsking: String? {
    "a program (\(form.place).command) is not called in the middle of a training"
  }

  private var chunkFolder: String { setting.own("chunks") }

  func release(_ split: DatasetSplit) {
    LogitChunks.remove(in: chunkFolder, of: Question(split: split))
  }

  func release(_ view: AugmentedView) {
    LogitChunks.remove(in: chunkFolder, of: Question(split: .training, view: view))
  }

  func answers(on split: DatasetSplit, _ work: TeacherWork) throws -> TeacherAnswers? {
    work.note(
      "\(form.place).command gets images as \(encoder.description), at most \(form.chunk) a call")
    let (logits, raisedCount) = try answers(to: Question(split: split), work)
    let note = LogitRows.note(raisedCount: raisedCount)
    return TeacherAnswers(logits: logits, notes: note.map { ["\(split) split: \($0)"] } ?? [])
  }

  /// What is cut out of an augmented image has the channels' means.
  var obstacleToViews: String? { nil }

  func logits(in view: AugmentedView, _ work: TeacherWork) throws -> [Float] {
    try answers(to: Question(split: .training, view: view), work).logits
  }

  /// Images that the program is asked about.
  struct Question {
    var split: DatasetSplit
    /// How they are augmented; nil: not at all.
    var view: AugmentedView?

    /// The beginning of the names of files that are about it.
    var prefix: String { view.map { "view-\($0.index)-" } ?? "\(split.rawValue)-" }
    var description: String {
      (view.map { "view \($0.index) of " } ?? "") + "the \(split) split"
    }
  }

  /// Returns what the program says, chunk by chunk, of what it is not known to have said.
  private func answers(
    to question: Question, _ work: TeacherWork
  ) throws -> (logits: [Float], raisedCount: Int) {
    let dataset = setting.dataset
    let (count, classes) = (dataset.count(question.split), dataset.classes)
    let chunks = LogitChunks(
      in: chunkFolder, of: question, identity: try identity() + (question.view?.identity ?? ""))
    removeCalls()
    var (all, raisedCount): ([Float], Int) = ([], 0)
    all.reserveCapacity(count * classes)
    for start in stride(from: 0, to: count, by: form.chunk) {
      let range = start..<min(count, start + form.chunk)
      if let known = chunks.known(range, classes: classes) {
        all += known.logits
        raisedCount += known.raisedCount
      } else {
        if work.shouldStop() { throw TeacherError.stopped }
        let said = try call(range, of: question, work)
        try chunks.keep(said.logits, raisedCount: said.raisedCount, range, classes: classes)
        all += said.logits
        raisedCount += said.raisedCount
      }
      work.advance(
        Double(range.upperBound), count,
        "images of \(question.description) that the teacher has seen")
    }
    return (all, raisedCount)
  }

  /// Removes what killed runs have left of their calls.
  private func removeCalls() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: setting.teacherFolder)) ?? []
    for name in names where name.hasPrefix("call-") {
      try? FileManager.default.removeItem(atPath: setting.own(name))
    }
  }

  /// Calls the program with some images and returns what it says, `[range.count, classes]`, and how many of its
  /// probabilities were zero.
  private func call(
    _ range: Range<Int>, of question: Question, _ work: TeacherWork
  ) throws -> (logits: [Float], raisedCount: Int) {
    // A folder of its own: what an earlier, killed run has left running must not write into it.
    let folder = URL(filePath: setting.own("call-\(UUID().uuidString)")).standardizedFileURL.path
    try Folder.create(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (images, logits) = ("\(folder)/images.npy", "\(folder)/logits.npy")
    try writeImages(range, of: question, to: images)
    let words = form.command.map {
      $0.replacing(CommandForm.imagesPlaceholder, with: images)
        .replacing(CommandForm.logitsPlaceholder, with: logits)
    }
    func failed(_ problem: String) -> TeacherError {
      .failed(
        "\(form.place).command: \(form.text) \(problem), with images \(range.lowerBound) to "
          + "\(range.upperBound - 1) of \(question.description)")
    }
    let ended: SystemCommand.Ended
    do {
      ended = try SystemCommand.run(
        words, in: setting.baseFolder, timeLimitSeconds: form.timeLimitSeconds,
        isCancelled: work.shouldStop)
    } catch {
      throw failed(
        "cannot be started in \(setting.baseFolder): \(String(cString: strerror(error.code)))")
    }
    let errors =
      ended.lastErrorLines.isEmpty
      ? ""
      : "; the last it wrote to standard error: " + ended.lastErrorLines.joined(separator: " / ")
    switch ended.end {
    case .status(0): break
    case .cancelled: throw TeacherError.stopped
    case .timeLimit:
      throw failed(
        "was ended after \(form.timeLimitSeconds) s (\(form.place).time_limit_seconds)" + errors)
    case .status(let status): throw failed("ended with status \(status)" + errors)
    case .signal(let number):
      throw failed(
        "was ended by signal \(number) (\(String(cString: strsignal(number))))" + errors)
    }
    guard FileManager.default.fileExists(atPath: logits) else {
      throw failed("has ended without writing \(CommandForm.logitsPlaceholder)" + errors)
    }
    return try read(logits, range, of: question)
  }

  private func writeImages(_ range: Range<Int>, of question: Question, to path: String) throws {
    let dataset = setting.dataset
    let images = FloatArena(count: range.count * dataset.imageElements)
    let labels = UnsafeMutablePointer<Int32>.allocate(capacity: range.count)
    defer { labels.deallocate() }
    if let view = question.view {
      view.fill(
        images.base, labels: labels, range: range, split: question.split, reader: setting.reader)
    } else {
      setting.reader.fill(images.base, labels: labels, range: range, split: question.split)
    }
    try NPYFile.write(encoder.array(images.base, count: range.count), to: path)
  }

  private func read(
    _ path: String, _ range: Range<Int>, of question: Question
  ) throws -> (logits: [Float], raisedCount: Int) {
    do {
      let file = try LogitFile(path, isTopK: false, classes: setting.dataset.classes)
      guard file.rowCount == range.count else {
        throw FileFormatError.malformed(
          path: path, location: "shape", found: "\(file.values.shape)",
          expected: "\(range.count) rows, one for each image")
      }
      let said = try file.read(
        Array(0..<range.count), form.meaning, classes: setting.dataset.classes, order: order)
      return (said.logits, said.raisedCount)
    } catch let FileFormatError.malformed(_, location, found, expected) {
      throw TeacherError.failed(
        "\(form.place).command: \(form.text) has written, for images \(range.lowerBound) to "
          + "\(range.upperBound - 1) of \(question.description): \(location): found \(found), expected "
          + expected)
    }
  }
}
