import Datasets
import Distillation
import FileFormats
import Foundation

/// A program as a teacher: it is called with a file of images and writes a file of logits.
struct CommandTeacher: ChunkedTeacher {
  let form: CommandForm
  let setting: TeacherSetting
  /// For each class of the data its place in a row.
  let order: [Int]?
  let encoder: ImageEncoder

  /// The contents of those arguments that are files in the study's folder are part of it: a program that has
  /// changed is another teacher.
  func identity() throws -> String {
    let files = try form.words.map { word in
      let path = setting.path(word)
      return isOwnFile(path) ? try ContentHash.hexadecimal(ofFile: path) : ""
    }
    return ContentHash.hexadecimal(
      of: (["command"] + form.words + files
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
    "a program (\(form.place).command) is asked once about whole splits, not about single images later"
  }

  /// What is cut out of an augmented image has the channels' means.
  var obstacleToViews: String? { nil }

  /// Returns what the program says, chunk by chunk, of what it is not known to have said.
  func answers(
    to question: TeacherQuestion, _ work: TeacherWork
  ) throws -> (logits: [Float], raisedCount: Int) {
    if question.view == nil {
      work.note(
        "\(form.place).command gets images as \(encoder.description), at most \(form.chunk) a call")
    }
    removeCalls()
    return try LogitChunks(
      in: chunkFolder, of: question,
      identity: try identity() + question.viewIdentity(setting.reader)
    ).answers(
      count: setting.dataset.count(question.split), classes: setting.dataset.classes,
      chunk: form.chunk, work
    ) { try call($0, of: question, work) }
  }

  /// Removes what killed runs have left of their calls.
  private func removeCalls() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: setting.teacherFolder)) ?? []
    for name in names where name.hasPrefix("call-") {
      try? FileManager.default.removeItem(atPath: setting.own(name))
    }
  }
}
