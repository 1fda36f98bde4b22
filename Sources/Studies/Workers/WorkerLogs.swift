import FileFormats
import Foundation

/// Keeps what lost workers have written to standard error: a file for each task, in the study's `logs` folder.
///
/// Workers that are not lost leave nothing. A file holds the last of several attempts, and only the newest files
/// are kept.
struct WorkerLogs: Sendable {
  /// Nil where nothing is kept.
  let folder: String?

  static let mostFileBytes = 65_536
  static let mostFiles = 64

  /// Adds what a worker has said last to the file of its task.
  ///
  /// - Parameters:
  ///   - name: The file's name, without `.log`.
  ///   - heading: A line that says what is told here.
  /// - Returns: The file's path; nil if nothing was said, or nothing could be written, which is no reason to stop.
  func add(_ text: String, to name: String, heading: String) -> String? {
    guard let folder, text.contains(where: { !$0.isWhitespace }) else { return nil }
    let path = folder + "/\(name).log"
    let before = FileManager.default.contents(atPath: path) ?? Data()
    let new = Data("── \(heading)\n\(text)\(text.hasSuffix("\n") ? "" : "\n")".utf8)
    do {
      try Folder.create(folder)
      try AtomicFile.write(Data((before + new).suffix(WorkerLogs.mostFileBytes)), to: path)
    } catch {
      return nil
    }
    removeOldest(in: folder)
    return path
  }

  private func removeOldest(in folder: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let logs = names.filter { $0.hasSuffix(".log") }
    guard logs.count > WorkerLogs.mostFiles else { return }
    let dated = logs.map { name -> (changed: Date, path: String) in
      let path = folder + "/" + name
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      return (attributes?[.modificationDate] as? Date ?? .distantPast, path)
    }
    for log in dated.sorted(by: { $0.changed < $1.changed })
      .prefix(logs.count - WorkerLogs.mostFiles)
    {
      try? FileManager.default.removeItem(atPath: log.path)
    }
  }

  /// Returns the line that says most of what a process wrote before it ended: the last that speaks of an error,
  /// or else the last that is not blank; nil if there is none.
  static func tellingLine(of text: String) -> String? {
    let lines = text.split(whereSeparator: \.isNewline)
      .filter { !$0.allSatisfy(\.isWhitespace) }
    let telling =
      lines.last { $0.contains("Fatal error") } ?? lines.last { $0.contains("rror") } ?? lines.last
    guard let line = telling else { return nil }
    // Of a process that is out of control this may be anything.
    let printable = line.unicodeScalars.map {
      $0.properties.generalCategory == .control ? " " : Character($0)
    }
    return String(String(printable).trimmingCharacters(in: .whitespaces).prefix(300))
  }
}
