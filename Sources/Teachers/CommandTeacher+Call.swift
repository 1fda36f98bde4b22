import Datasets
import FileFormats
import Foundation
import Processes
import TensorKernels

extension CommandTeacher {
  /// Calls the program with some images and returns what it says, `[range.count, classes]`, and how many of its
  /// probabilities were zero.
  func call(
    _ range: Range<Int>, of question: TeacherQuestion, _ work: TeacherWork
  ) throws -> (logits: [Float], raisedCount: Int) {
    // A folder of its own: what an earlier, killed run has left running must not write into it.
    let folder = URL(filePath: setting.own("call-\(UUID().uuidString)")).standardizedFileURL.path
    try Folder.create(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (images, logits) = ("\(folder)/images.npy", "\(folder)/logits.npy")
    try writeImages(range, of: question, to: images)
    let words = form.words.map {
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

  private func writeImages(_ range: Range<Int>, of question: TeacherQuestion, to path: String)
    throws
  {
    let dataset = setting.dataset
    let images = FloatArena(count: range.count * dataset.imageElements)
    let labels = UnsafeMutablePointer<Int32>.allocate(capacity: range.count)
    defer { labels.deallocate() }
    setting.reader.fill(
      images.base, labels: labels, range: range, split: question.split, in: question.view)
    try NPYFile.write(encoder.array(images.base, count: range.count), to: path)
  }

  private func read(
    _ path: String, _ range: Range<Int>, of question: TeacherQuestion
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
